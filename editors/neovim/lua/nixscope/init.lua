--- nixscope for Neovim: the language server with values, and the debugger.
---
--- `require("nixscope").setup {}` is all that is needed; `:help nixscope` tells the rest.

local M = {}

--- The options that count.
M.options = require("nixscope.options").resolve {}

--- What was wrong with the options that were given, for the health check.
M.problems = {}

--- Starts what the options say. May be called again with others.
---@param given? table
function M.setup(given)
  local options = require("nixscope.options")
  given = given or {}
  M.problems = options.problems(given)
  M.options = options.resolve(given)
  for _, problem in ipairs(M.problems) do
    M.tell(problem, vim.log.levels.WARN)
  end
  require("nixscope.lsp").setup(M.options)
  require("nixscope.dap").setup(M.options)
end

--- Says something to the person at the editor.
function M.tell(text, level)
  vim.notify("nixscope: " .. text, level or vim.log.levels.INFO)
end

--- What happens to a buffer, in a few words for a status line; empty where there is nothing to say.
---@param bufnr? integer
---@return string
function M.status(bufnr)
  return require("nixscope.status").line(bufnr)
end

return M
