--- What a person can set, and what holds if they do not. Never talks to a server.

local M = {}

---@class nixscope.Options
M.defaults = {
  --- The program; a name is looked for on the PATH.
  binary = "nixscope",
  --- Whether the language server is started for Nix files.
  lsp = true,
  --- What tells where a project begins, the most telling first.
  root_markers = { ".git", ".hg", ".jj", "flake.nix" },
  --- Settings of the server, as in its documentation, without `nixscope.` before them.
  settings = {},
  --- Whether values are shown behind bindings, as virtual text.
  hints = true,
  --- Whether lines above bindings and examples offer to evaluate, debug and run them.
  lenses = true,
  --- Whether the debugger is registered with nvim-dap, if that is there.
  dap = true,
  --- Whether values are shown in the text while a program is stopped in nvim-dap.
  debug_values = true,
  --- Called with the client and the buffer when the server begins to serve a buffer.
  on_attach = nil,
}

--- What each of them is.
M.types = {
  binary = "string",
  lsp = "boolean",
  root_markers = "table",
  settings = "table",
  hints = "boolean",
  lenses = "boolean",
  dap = "boolean",
  debug_values = "boolean",
  on_attach = "function",
}

--- The settings of the server that there are.
M.settings = {
  "pipeOperators",
  "format.command",
  "format.timeLimit",
  "format.width",
  "live.enable",
  "live.hints",
  "live.trust",
  "live.nixPath",
  "live.entries",
  "live.image",
  "live.timeLimit",
  "live.memoryLimit",
  "live.fuel",
  "live.delay",
}

--- The names of a table's leaves: a list is a leaf, too, and so is what is a setting as a whole.
local function leaves(table, prefix, into)
  for name, value in pairs(table) do
    local path = prefix .. tostring(name)
    if type(value) == "table" and not vim.islist(value) and not vim.tbl_contains(M.settings, path) then
      leaves(value, path .. ".", into)
    else
      into[#into + 1] = path
    end
  end
  return into
end

--- What is wrong with options, as sentences; none is wrong if there are none.
---@return string[]
function M.problems(given)
  local problems = {}
  for name, value in pairs(given) do
    local wanted = M.types[name]
    if not wanted then
      problems[#problems + 1] = ("there is no option `%s`"):format(name)
    elseif type(value) ~= wanted then
      problems[#problems + 1] = ("`%s` is to be a %s, not a %s"):format(name, wanted, type(value))
    end
  end
  if type(given.settings) == "table" then
    for _, path in ipairs(leaves(given.settings, "", {})) do
      if not vim.tbl_contains(M.settings, path) then
        problems[#problems + 1] = ("the server has no setting `%s`"):format(path)
      end
    end
  end
  table.sort(problems)
  return problems
end

--- The options that count: what was given and makes sense, over the defaults.
---@return nixscope.Options
function M.resolve(given)
  local options = vim.deepcopy(M.defaults)
  for name, value in pairs(given) do
    if M.types[name] == type(value) then
      options[name] = value
    end
  end
  return options
end

return M
