--- For those who write `vim.lsp.enable("nixscope")` themselves.
return require("nixscope.lsp").config()
