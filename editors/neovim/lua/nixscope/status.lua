--- What the server says about its work, kept by document. Shows nothing by itself but for telling status lines.

local M = {}

local by_uri = {}

local WORDS = {
  off = "not evaluated",
  running = "…",
  limit = "stopped at a limit",
  failed = "failed",
  restricted = "restricted",
  ["wants arguments"] = "wants arguments",
}

--- Takes what the server says.
function M.set(status)
  if type(status) ~= "table" or type(status.uri) ~= "string" then
    return
  end
  by_uri[status.uri] = status
  vim.api.nvim_exec_autocmds("User", { pattern = "NixscopeStatus", modeline = false, data = status })
  vim.cmd.redrawstatus { bang = true }
end

--- Forgets everything: the server has ended.
function M.clear()
  by_uri = {}
end

--- What the server said last about a buffer.
function M.get(bufnr)
  return by_uri[vim.uri_from_bufnr(bufnr or 0)]
end

local function is_given(value)
  return value ~= nil and value ~= vim.NIL
end

--- In a few words.
---@return string
function M.line(bufnr)
  local status = M.get(bufnr)
  if not status then
    return require("nixscope.lsp").client(bufnr) and "nixscope" or ""
  end
  local parts = { "nixscope" }
  if is_given(status.entry) and status.entry.kind ~= "file" then
    parts[#parts + 1] = status.entry.label
  end
  if status.state == "done" then
    parts[#parts + 1] = ("%d ms"):format(status.millis or 0)
  else
    parts[#parts + 1] = WORDS[status.state] or status.state
  end
  return table.concat(parts, " ")
end

--- Everything, on several lines.
---@return string[]
function M.lines(bufnr)
  local status = M.get(bufnr)
  if not status then
    return { M.line(bufnr) == "" and "nixscope does not serve this buffer" or "nothing was evaluated yet" }
  end
  local lines = {}
  local entry = is_given(status.entry) and status.entry or { kind = "nothing", label = "" }
  lines[#lines + 1] = ("%s: %s"):format(vim.trim(entry.kind .. " " .. entry.label), status.state)
  if is_given(status.message) then
    lines[#lines + 1] = status.message
  end
  local limits = is_given(status.limits) and status.limits or {}
  local function of(what, unit, limit)
    if is_given(what) then
      lines[#lines + 1] = ("%d %s%s"):format(what, unit, is_given(limit) and (" of %d"):format(limit) or "")
    end
  end
  of(status.millis, "ms", limits.millis)
  of(status.instructions, "instructions", limits.instructions)
  return lines
end

return M
