--- nvim-dap: the adapter, configurations, and values in the text while a program is stopped. Does nothing without nvim-dap.

local M = {}

local KEY = "nixscope"
local namespace = vim.api.nvim_create_namespace("nixscope.dap")

--- How far above the place where a program is stopped a name's binding is looked for, in lines.
local REACH = 200

--- How much of a value is shown in the text, in characters.
local WIDTH = 60

--- A configuration that is asked for when it is run: nvim-dap lets one field wait, so that one brings all of them.
local function asked(kind, name)
  return setmetatable({ type = "nixscope", request = "launch", name = name }, {
    __call = function(config)
      local waiting = coroutine.running()
      require("nixscope.debug").ask(kind, nil, function(launch)
        vim.schedule(function()
          local plain = { type = config.type, request = config.request, name = config.name }
          local abort = require("dap").ABORT
          local answer = launch and vim.tbl_extend("force", plain, launch) or { program = abort }
          coroutine.resume(waiting, answer)
        end)
      end)
      return coroutine.yield()
    end,
  })
end

--- What F5 offers in a Nix file.
function M.configurations()
  return {
    { type = "nixscope", request = "launch", name = "nixscope: this file", program = "${file}" },
    asked("attribute", "nixscope: an attribute of this file"),
    asked("expression", "nixscope: an expression"),
    asked("recording", "nixscope: a recording"),
    {
      type = "nixscope",
      request = "attach",
      name = "nixscope: a program that waits (eval --wait-for-debugger)",
      port = function()
        return tonumber(vim.fn.input("Port: ")) or require("dap").ABORT
      end,
    },
  }
end

local function adapter(give, config)
  if config.request == "attach" then
    return give { type = "server", host = "127.0.0.1", port = config.port }
  end
  give { type = "executable", command = require("nixscope").options.binary, args = { "dap" } }
end

--- The last line before a place that binds a name, or the place itself if it is named there.
---@return integer? line from 0
local function line_of(name, lines, first, last)
  local word = vim.pesc(name)
  for i = last, first, -1 do
    local text = " " .. (lines[i - first + 1] or ""):gsub("#.*", "") .. " "
    for _, after in ipairs { "%s*=[^=]", "%s*:[^%w/]", "%s*[,?}@]" } do
      if text:match("[^%w_'.-]" .. word .. after) then
        return i
      end
    end
  end
  local here = " " .. (lines[last - first + 1] or "") .. " "
  return here:match("[^%w_'.-]" .. word .. "[^%w_'-]") and last or nil
end

--- Shows variables behind the lines that bind them.
function M.show_values(bufnr, line, variables)
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  local last = line - 1
  local first = math.max(0, last - REACH)
  local lines = vim.api.nvim_buf_get_lines(bufnr, first, last + 1, false)
  local by_line = {}
  for _, variable in ipairs(variables) do
    local at = line_of(variable.name, lines, first, last)
    if at then
      by_line[at] = by_line[at] or {}
      local value = variable.value:gsub("%s+", " ")
      if vim.fn.strchars(value) > WIDTH then
        value = vim.fn.strcharpart(value, 0, WIDTH) .. "…"
      end
      table.insert(by_line[at], ("%s = %s"):format(variable.name, value))
    end
  end
  for at, texts in pairs(by_line) do
    vim.api.nvim_buf_set_extmark(bufnr, namespace, at, 0, {
      virt_text = { { "  " .. table.concat(texts, ", "), "NixscopeValue" } },
      hl_mode = "combine",
    })
  end
end

local function clear_values()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
    end
  end
end

--- Asks for the variables of a frame, the innermost scope of each name first, and shows them.
local function show_frame(session, frame)
  local path = frame.source and frame.source.path
  if not path then
    return
  end
  local bufnr = vim.fn.bufnr(path)
  if bufnr == -1 or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  session:request("scopes", { frameId = frame.id }, function(_, answer)
    local scopes = vim.tbl_filter(function(scope)
      return not scope.expensive and scope.presentationHint ~= "returnValue"
    end, answer and answer.scopes or {})
    local found, waiting = {}, #scopes
    for i, scope in ipairs(scopes) do
      session:request("variables", { variablesReference = scope.variablesReference, count = 200 }, function(_, given)
        found[i] = given and given.variables or {}
        waiting = waiting - 1
        if waiting > 0 or session.current_frame ~= frame then
          return
        end
        local variables, seen = {}, {}
        for _, of_scope in ipairs(found) do
          for _, variable in ipairs(of_scope) do
            if not seen[variable.name] then
              seen[variable.name] = true
              variables[#variables + 1] = variable
            end
          end
        end
        M.show_values(bufnr, frame.line, variables)
      end)
    end
  end)
end

--- The session of a program of ours that is stopped.
local function stopped_session()
  local has_dap, dap = pcall(require, "dap")
  local session = has_dap and dap.session()
  return session and session.config.type == "nixscope" and session.stopped_thread_id and session or nil
end

--- Calls `give` with what needs the value of the frame at hand, as items of the quickfix list.
---@return boolean # whether a program is stopped
function M.demand(give)
  local session = stopped_session()
  if not session then
    return false
  end
  local frame = session.current_frame
  session:request("nixscope/demand", { frameId = frame and frame.id }, function(error, chain)
    if error then
      return require("nixscope").tell(error.message or tostring(error), vim.log.levels.ERROR)
    end
    give(vim.tbl_map(function(link)
      local path = link.source and link.source.path
      return { filename = path, lnum = link.line, col = link.column, text = link.text, valid = path and 1 or 0 }
    end, chain))
  end)
  return true
end

--- Lets the person choose a moment of the program, and goes there.
---@return boolean # whether a program is stopped
function M.timeline()
  local session = stopped_session()
  if not session then
    return false
  end
  session:request("nixscope/timeline", nil, function(error, timeline)
    if error then
      return require("nixscope").tell(error.message or tostring(error), vim.log.levels.ERROR)
    end
    vim.ui.select(timeline.moments, {
      prompt = "Go to the moment",
      format_item = function(moment)
        local mark = moment.count == timeline.now and "● " or "  "
        local place = moment.line and (" at %s:%d"):format(moment.source and moment.source.name or "", moment.line) or ""
        return ("%s%d %s: %s%s"):format(mark, moment.count, moment.kind, moment.text, place)
      end,
    }, function(moment)
      if moment then
        session:request("nixscope/goTo", { count = moment.count }, function() end)
      end
    end)
  end)
  return true
end

--- Registers adapter and configurations, or takes them back.
function M.setup(options)
  local has_dap, dap = pcall(require, "dap")
  if not has_dap then
    return
  end
  local function is_foreign(config)
    return config.type ~= "nixscope"
  end
  local others = vim.tbl_filter(is_foreign, dap.configurations.nix or {})
  dap.adapters.nixscope = options.dap and adapter or nil
  dap.configurations.nix = options.dap and vim.list_extend(M.configurations(), others) or others
  local shows = options.dap and options.debug_values
  vim.api.nvim_set_hl(0, "NixscopeValue", { link = "LspInlayHint", default = true })
  dap.listeners.after.scopes[KEY] = shows
      and function(session, _, _, request)
        local frame = session.current_frame
        if session.config.type == "nixscope" and frame and request and request.frameId == frame.id then
          M.frame_shown(session, frame)
        end
      end
    or nil
  for _, event in ipairs { "event_continued", "event_terminated", "event_exited" } do
    dap.listeners.after[event][KEY] = shows and clear_values or nil
  end
  dap.listeners.before.continue[KEY] = shows and clear_values or nil
  dap.listeners.before.disconnect[KEY] = shows and clear_values or nil
end

--- Shows the values of a frame once, however often its scopes are asked for.
function M.frame_shown(session, frame)
  if M.shown ~= frame then
    M.shown = frame
    show_frame(session, frame)
  end
end

return M
