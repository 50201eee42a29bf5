--- `:Nixscope …`, and what lenses do. Each command is a function here; what it asks of the server is said in docs/lsp.md.

local lsp = require("nixscope.lsp")

local M = {}

local function tell(text, level)
  require("nixscope").tell(text, level)
end

--- A document and a place in it, as the protocol says it.
local function here(client)
  return vim.lsp.util.make_position_params(0, client and client.offset_encoding or "utf-16")
end

local function document()
  return { textDocument = { uri = vim.uri_from_bufnr(0) } }
end

local function show_value(argument)
  lsp.execute("nixscope.value", argument, function(value)
    if not value then
      return tell("no value is known here")
    end
    require("nixscope.documents").show(value.uri, value.text)
  end)
end

local function run_example(argument)
  lsp.execute("nixscope.runExample", argument, function(result)
    if not result then
      return tell("there is no example here")
    end
    tell(result.text, result.ok and vim.log.levels.INFO or vim.log.levels.WARN)
  end)
end

--- Shows a chain of demand, the innermost first. A line that waits for itself again and again stands there once.
local function show_chain(items)
  items = vim.iter(ipairs(items))
    :filter(function(i, it)
      local before = items[i - 1]
      return not (before and before.filename == it.filename and before.lnum == it.lnum and before.text == it.text)
    end)
    :map(function(_, it)
      return it
    end)
    :totable()
  vim.fn.setqflist({}, " ", { title = "Why this was needed", items = items })
  vim.cmd("botright copen")
end

--- An item of the quickfix list for a line of a chain.
local function item(line, encoding)
  if not line.uri or line.uri == vim.NIL then
    return { text = line.text, valid = 0 }
  end
  local location = { uri = line.uri, range = line.range }
  local found = vim.lsp.util.locations_to_items({ location }, encoding)[1] or {}
  return { filename = found.filename, lnum = found.lnum, col = found.col, text = line.text }
end

local function pin(choice)
  lsp.execute("nixscope.pin", vim.tbl_extend("force", document(), choice), function() end)
end

local function pick_entry(answer)
  local choices = vim.list_extend({}, answer and answer.entries or {})
  local pinned = answer and answer.pinned ~= vim.NIL and answer.pinned
  if pinned then
    choices[#choices + 1] = { label = "whatever fits best", kind = "no choice of mine" }
  end
  if #choices == 0 then
    return tell("there is no way to evaluate this file")
  end
  vim.ui.select(choices, {
    prompt = "Evaluate this file as",
    format_item = function(entry)
      local mark = entry.id and entry.id == answer.active and "● " or "  "
      return ("%s%s: %s"):format(mark, entry.kind, entry.label)
    end,
  }, function(entry)
    if entry then
      pin { entry = entry.id or vim.NIL }
    end
  end)
end

M.commands = {}

--- The value of what is under the cursor, in a window of its own.
function M.commands.value()
  show_value(here(lsp.client()))
end

--- Who needed the value under the cursor, as a list of places; while a program is stopped, who needs what it computes.
function M.commands.why()
  if require("nixscope.dap").demand(show_chain) then
    return
  end
  local client = lsp.client()
  lsp.execute("nixscope.why", here(client), function(chain)
    if not chain or #chain.lines == 0 then
      return tell("nobody needed this")
    end
    show_chain(vim.tbl_map(function(line)
      return item(line, client.offset_encoding)
    end, chain.lines))
  end)
end

--- Goes to a moment of the program that is stopped in nvim-dap, back or forward.
function M.commands.timeline()
  if not require("nixscope.dap").timeline() then
    tell("no program is stopped in nvim-dap", vim.log.levels.WARN)
  end
end

--- As what the file is evaluated: itself, a package, a module, what imports it; or an expression.
function M.commands.entries(...)
  local expression = table.concat({ ... }, " ")
  if expression ~= "" then
    return pin { expression = expression }
  end
  lsp.execute("nixscope.entries", document(), pick_entry)
end

--- The instructions of the file.
function M.commands.bytecode()
  lsp.execute("nixscope.bytecode", document(), function(answer)
    if answer then
      require("nixscope.documents").show(answer.uri, answer.text)
    end
  end)
end

--- Runs the example in the comment under the cursor.
function M.commands.example()
  run_example(here(lsp.client()))
end

--- Debugs the file, an expression, an attribute of the file, or a recording.
function M.commands.debug(what, ...)
  local rest = table.concat({ ... }, " ")
  require("nixscope.debug").start(what or "file", rest ~= "" and rest or nil)
end

--- Evaluates everything anew.
function M.commands.reload()
  lsp.execute("nixscope.reload", {}, function() end)
end

--- What the server does with this buffer.
function M.commands.status()
  tell(table.concat(require("nixscope.status").lines(), "\n"))
end

--- Ends the language server and starts another one.
function M.commands.restart()
  lsp.restart()
end

--- What server and editor had to say.
function M.commands.log()
  local path = vim.lsp.log.get_filename and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
  vim.cmd.tabedit(vim.fn.fnameescape(path))
end

--- Does what was typed after `:Nixscope`.
function M.run(words)
  local name = words[1] or "status"
  local command = M.commands[name]
  if not command then
    return tell(("there is no command `%s`"):format(name), vim.log.levels.ERROR)
  end
  command(unpack(words, 2))
end

--- Does what a lens says.
function M.lens(name, argument)
  if name == "nixscope.debug" then
    local file = argument.uri and vim.uri_to_fname(argument.uri) or vim.api.nvim_buf_get_name(0)
    return require("nixscope.debug").launch { program = file, attr = argument.attribute }
  end
  local place = { textDocument = { uri = argument.uri }, position = argument.position }
  if name == "nixscope.showValue" then
    show_value(place)
  else
    run_example(place)
  end
end

--- What can follow what is typed.
function M.complete(lead, line)
  local words = vim.split(line:sub(1, #line - #lead), "%s+", { trimempty = true })
  local choices = vim.tbl_keys(M.commands)
  if words[2] == "debug" and #words == 2 then
    choices = require("nixscope.debug").KINDS
  elseif #words > 1 then
    choices = {}
  end
  table.sort(choices)
  return vim.tbl_filter(function(choice)
    return vim.startswith(choice, lead)
  end, choices)
end

return M
