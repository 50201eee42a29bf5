--- What is debugged: asks for what is missing, then hands over to nvim-dap, or to the debugger in a terminal without it.

local M = {}

M.KINDS = { "attribute", "expression", "file", "recording" }

local function tell(text, level)
  require("nixscope").tell(text, level)
end

--- The command line of the terminal debugger for launch arguments.
---@return string[]
function M.command_line(launch)
  local words = { require("nixscope").options.binary }
  if launch.recording then
    return vim.list_extend(words, { "replay", "--debug", launch.recording })
  end
  words[#words + 1] = "debug"
  if launch.attr then
    vim.list_extend(words, { "-A", launch.attr })
  end
  if launch.expression then
    return vim.list_extend(words, { "-E", launch.expression })
  end
  words[#words + 1] = launch.program
  return words
end

--- Debugs what launch arguments say.
function M.launch(launch)
  local has_dap, dap = pcall(require, "dap")
  if has_dap and dap.adapters.nixscope then
    local name = launch.recording or launch.expression or vim.fs.basename(launch.program)
    return dap.run(vim.tbl_extend("force", { type = "nixscope", request = "launch", name = name }, launch))
  end
  vim.cmd.tabnew()
  local words = M.command_line(launch)
  if vim.fn.has("nvim-0.11") == 1 then
    vim.fn.jobstart(words, { term = true })
  else
    vim.fn.termopen(words)
  end
  vim.cmd.startinsert()
end

--- Asks for an attribute path, by showing what there is; `give` gets none if the person has had enough.
function M.pick_attribute(bufnr, give)
  local lsp = require("nixscope.lsp")
  local client = lsp.client(bufnr)
  if not client or not lsp.offers(client, "nixscope.attributes") then
    return vim.ui.input({ prompt = "Attribute: " }, give)
  end
  local function descend(path)
    local argument = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, path = path }
    lsp.execute("nixscope.attributes", argument, function(attributes)
      if not attributes or #attributes == 0 then
        if #path > 0 then
          return give(M.attribute_path(path))
        end
        -- The file has no value yet, or none with attributes as it is evaluated here.
        return vim.ui.input({ prompt = "Attribute: " }, give)
      end
      local choices = #path > 0 and { { name = M.attribute_path(path), type = "this one", is_here = true } } or {}
      vim.ui.select(vim.list_extend(choices, attributes), {
        prompt = "Debug which attribute?",
        format_item = function(it)
          return ("%s (%s)"):format(it.name, it.type)
        end,
      }, function(choice)
        if not choice or choice.is_here then
          return give(choice and choice.name)
        end
        local deeper = vim.list_extend(vim.list_extend({}, path), { choice.name })
        if choice.type == "set" then
          return descend(deeper)
        end
        give(M.attribute_path(deeper))
      end)
    end, bufnr)
  end
  descend {}
end

--- An attribute path as it is typed: names with anything unusual in them are quoted.
---@return string
function M.attribute_path(names)
  return table.concat(
    vim.tbl_map(function(name)
      return name:match("^[%w_'-]+$") and name or ('"%s"'):format(name:gsub('[\\"]', "\\%0"))
    end, names),
    "."
  )
end

--- Asks for what is missing, and calls `give` with launch arguments; with none if the person has had enough.
function M.ask(kind, said, give)
  local bufnr = vim.api.nvim_get_current_buf()
  local file = vim.api.nvim_buf_get_name(bufnr)
  local function answered(what)
    return function(answer)
      local launch = kind == "attribute" and { program = file } or {}
      launch[what] = answer
      give(answer and answer ~= "" and launch or nil)
    end
  end
  if kind == "file" then
    return answered("program")(said and vim.fs.normalize(vim.fn.fnamemodify(said, ":p")) or file)
  elseif kind == "expression" then
    if said then
      return answered("expression")(said)
    end
    return vim.ui.input({ prompt = "Expression: " }, answered("expression"))
  elseif kind == "attribute" then
    if said then
      return answered("attr")(said)
    end
    return M.pick_attribute(bufnr, answered("attr"))
  elseif kind == "recording" then
    local function found(path)
      answered("recording")(path and path ~= "" and vim.fn.fnamemodify(path, ":p") or nil)
    end
    if said then
      return found(said)
    end
    return vim.ui.input({ prompt = "Recording: ", completion = "file" }, found)
  end
  tell(("there is nothing to debug that is called `%s`"):format(kind), vim.log.levels.ERROR)
end

--- Asks for what is missing, and debugs it.
function M.start(kind, said)
  M.ask(kind, said, function(launch)
    if launch then
      M.launch(launch)
    end
  end)
end

return M
