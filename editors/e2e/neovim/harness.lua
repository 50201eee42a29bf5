--- What the tests of the Neovim plugin share: they wait for conditions, and end with the first that does not come true.

local M = {}

M.project = vim.env.PROJECT
M.binary = vim.env.NIXSCOPE

vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.opt.shortmess:append "I"
vim.o.swapfile = false
vim.cmd "filetype plugin on"
vim.cmd.runtime "plugin/nixscope.lua"

--- What was told to the person, oldest first.
M.told = {}
vim.notify = function(text)
  M.told[#M.told + 1] = text
end

--- Waits until a function gives something, and gives that.
function M.wait(what, condition)
  local result
  local came = vim.wait(30000, function()
    result = condition()
    return result
  end, 10)
  if not came then
    error(("%s did not come; told: %s"):format(what, vim.inspect(M.told)), 2)
  end
  return result
end

--- Does something again and again, as a person would, until a function gives something, and gives that.
function M.insist(what, act, condition)
  return M.wait(what, function()
    act()
    local result
    vim.wait(1000, function()
      result = condition()
      return result
    end, 10)
    return result
  end)
end

--- Waits until something like this was told.
function M.wait_told(pattern)
  return M.wait("the remark " .. pattern, function()
    return vim.iter(M.told):find(function(text)
      return text:find(pattern)
    end)
  end)
end

function M.equal(found, wanted)
  if not vim.deep_equal(found, wanted) then
    error(("wanted %s, found %s"):format(vim.inspect(wanted), vim.inspect(found)), 2)
  end
end

function M.contains(text, part)
  if not (text or ""):find(part, 1, true) then
    error(("wanted %s in %s"):format(vim.inspect(part), vim.inspect(text)), 2)
  end
end

--- Opens a file of the project; gives its buffer.
function M.open(name)
  vim.cmd.edit(M.project .. "/" .. name)
  return vim.api.nvim_get_current_buf()
end

--- Puts the cursor on the first place with this text.
function M.go(text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search("\\V" .. text, "c") > 0, "no " .. text)
end

--- The client that serves a buffer, once it does.
function M.client(bufnr)
  return M.wait("the language server", function()
    local client = require("nixscope.lsp").client(bufnr)
    return client and client.initialized and client
  end)
end

--- What the server answers to a question about the place of the cursor.
function M.ask(method, extra)
  local client = M.client()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params = vim.tbl_extend("force", params, extra or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000)
  local answer = answers and answers[client.id] or {}
  assert(not answer.error, vim.inspect(answer.error))
  return answer.result
end

--- Runs the tests of a file, and ends.
function M.run(name, tests)
  local passed = 0
  for _, test in ipairs(tests) do
    local is_fine, problem = xpcall(test[2], debug.traceback)
    if not is_fine then
      io.write(("neovim %s: %s: %s\n"):format(name, test[1], problem))
      vim.cmd "1cquit!"
    end
    passed = passed + 1
  end
  io.write(("neovim %s: %s: %d passed\n"):format(tostring(vim.version()), name, passed))
  vim.cmd "qall!"
end

return M
