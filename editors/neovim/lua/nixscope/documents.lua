--- Documents that the server makes: values written out at length, and bytecode. Nobody edits or saves them.

local M = {}

local group = vim.api.nvim_create_augroup("nixscope.documents", { clear = true })

local FILETYPES = { ["nixscope-value"] = "nix", ["nixscope-bytecode"] = "nixscope-bytecode" }

local function fill(bufnr, uri, text)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, "\n"))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.bo[bufnr].buftype = "nofile"
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].filetype = FILETYPES[uri:match("^([%w-]+):")] or ""
end

--- Shows a document in a window beside the current one, or where it is shown already.
function M.show(uri, text)
  local bufnr = vim.fn.bufadd(uri)
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    -- What reads documents would ask the server for what is there already.
    vim.cmd("noautocmd keepalt sbuffer " .. bufnr)
  end
  fill(bufnr, uri, text)
end

--- Reads such documents when somebody opens them by name.
function M.setup()
  vim.api.nvim_clear_autocmds { group = group }
  vim.api.nvim_create_autocmd("BufReadCmd", {
    group = group,
    -- Without a slash only the last part of a name is looked at.
    pattern = { "nixscope-value:/*", "nixscope-bytecode:/*" },
    callback = function(event)
      local lsp = require("nixscope.lsp")
      local client = vim.lsp.get_clients({ name = lsp.NAME })[1]
      if not client then
        return require("nixscope").tell("no language server runs that could write this", vim.log.levels.WARN)
      end
      lsp.request(client, "nixscope/text", { uri = event.match }, function(result)
        if vim.api.nvim_buf_is_valid(event.buf) then
          fill(event.buf, event.match, result and result.text or "")
        end
      end)
    end,
  })
end

return M
