--- What a person sees of the language server in Neovim.

package.path = vim.env.TESTS .. "/?.lua;" .. package.path
local t = require "harness"

require("nixscope").setup { binary = t.binary }

t.run("language server", {
  {
    "a name that is bound nowhere is told where it stands",
    function()
      local bufnr = t.open "broken.nix"
      t.client(bufnr)
      local found = t.wait("the diagnostic", function()
        return vim.diagnostic.get(bufnr)[1]
      end)
      t.contains(found.message, "oops")
      t.equal({ found.lnum, found.col }, { 2, 14 })
    end,
  },
  {
    "it is gone when the mistake is",
    function()
      vim.cmd [[%s/oops/41/]]
      t.wait("nothing to complain about", function()
        return #vim.diagnostic.get(0) == 0
      end)
      t.go "wrong"
      t.wait("the value", function()
        local hover = t.ask "textDocument/hover"
        return hover and hover.contents.value:find "42"
      end)
      vim.cmd.undo()
    end,
  },
  {
    "a hover tells the value, in a window",
    function()
      t.open "default.nix"
      t.go "total ="
      t.wait("the value", function()
        local hover = t.ask "textDocument/hover"
        return hover and hover.contents.value:find "642"
      end)
      vim.lsp.buf.hover()
      local window = t.wait("the window", function()
        return vim.iter(vim.api.nvim_list_wins()):find(function(window)
          return vim.api.nvim_win_get_config(window).relative ~= ""
        end)
      end)
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      t.contains(table.concat(lines, "\n"), "642")
    end,
  },
  {
    "values stand behind bindings",
    function()
      local labels = t.wait("hints", function()
        local hints = vim.lsp.inlay_hint.get { bufnr = 0 }
        return #hints > 0
          and vim.tbl_map(function(hint)
            return hint.inlay_hint.label
          end, hints)
      end)
      t.contains(vim.inspect(labels), "642")
    end,
  },
  {
    "a definition is found in the file that is imported",
    function()
      t.go "total}"
      vim.lsp.buf.definition()
      t.wait("the definition in this file", function()
        return vim.fn.line "." == 4
      end)
      t.go "./shop.nix"
      local links = t.ask "textDocument/definition"
      local link = vim.islist(links) and links[1] or links
      t.contains(link.uri or link.targetUri, "/shop.nix")
    end,
  },
  {
    "what can be written is offered",
    function()
      t.go "foldl'"
      vim.api.nvim_win_set_cursor(0, { vim.fn.line ".", vim.fn.col "." + 3 })
      local offered = t.ask "textDocument/completion"
      local labels = vim.tbl_map(function(item)
        return item.label
      end, offered.items or offered)
      assert(vim.tbl_contains(labels, "foldl'"), vim.inspect(labels))
    end,
  },
  {
    "the status line has something to say",
    function()
      t.contains(require("nixscope").status(), "nixscope")
      vim.cmd.enew()
      t.equal(require("nixscope").status(), "")
      vim.cmd.bdelete()
    end,
  },
  {
    "the health check is content",
    function()
      vim.cmd "checkhealth nixscope"
      local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
      t.contains(report, "OK nixscope ")
      t.contains(report, "OK serves 2 buffers of " .. t.project)
      assert(not report:find "ERROR", report)
      vim.cmd.bwipeout()
    end,
  },
})
