--- The language server: how it is started, and what it may ask of this editor beyond the protocol.
---
--- Neovim 0.11 and later start it by their own configurations, so that it can be changed with `vim.lsp.config`.

local M = {}

--- The server's name among Neovim's clients.
M.NAME = "nixscope"

--- What lenses may ask this editor to do.
M.CLIENT_COMMANDS = { "nixscope.debug", "nixscope.showValue", "nixscope.showResult" }

local group = vim.api.nvim_create_augroup("nixscope.lsp", { clear = true })

local function is_native()
  return vim.lsp.config ~= nil and vim.lsp.enable ~= nil
end

--- The folder of the project a buffer belongs to; else the file's own, unless that is where everything lies.
---@return string?
function M.root(bufnr, markers)
  for _, marker in ipairs(markers) do
    local root = vim.fs.root(bufnr, marker)
    if root then
      return root
    end
  end
  local name = vim.api.nvim_buf_get_name(bufnr)
  local folder = name ~= "" and vim.fs.dirname(vim.fs.normalize(name)) or nil
  if folder == "/" or folder == vim.fs.normalize("~") then
    return nil
  end
  return folder
end

--- The server as Neovim wants it described.
function M.config(options)
  options = options or require("nixscope").options
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.workspace.codeLens = { refreshSupport = true }
  local handlers = {
    ["nixscope/status"] = function(_, status)
      require("nixscope.status").set(status)
    end,
    ["workspace/codeLens/refresh"] = function()
      M.refresh_lenses()
      return vim.NIL
    end,
  }
  if vim.fn.has("nvim-0.12") == 0 then
    handlers["workspace/inlayHint/refresh"] = function(_, _, context)
      M.refresh_hints(context.client_id)
      return vim.NIL
    end
  end
  local about_us = { clientCommands = M.CLIENT_COMMANDS, statusNotifications = true }
  return {
    name = M.NAME,
    cmd = { options.binary, "lsp" },
    filetypes = { "nix" },
    -- Only Neovim's own configurations call it; elsewhere a root is a text.
    root_dir = is_native() and function(bufnr, give)
      give(M.root(bufnr, options.root_markers))
    end or nil,
    capabilities = capabilities,
    -- An empty table would be sent as a list.
    settings = { nixscope = next(options.settings) and options.settings or vim.empty_dict() },
    init_options = vim.tbl_extend("force", vim.deepcopy(options.settings), about_us),
    handlers = handlers,
    on_attach = function(client, bufnr)
      M.attached(client, bufnr)
    end,
    on_exit = function()
      vim.schedule(require("nixscope.status").clear)
    end,
  }
end

--- Makes this editor able to do what the server relies on.
local function register()
  require("nixscope.documents").setup()
  for _, name in ipairs(M.CLIENT_COMMANDS) do
    vim.lsp.commands[name] = function(command)
      require("nixscope.commands").lens(name, (command.arguments or {})[1] or {})
    end
  end
end

--- Starts the server for Nix files, those that are open, too.
function M.setup(options)
  vim.api.nvim_clear_autocmds { group = group }
  register()
  if is_native() then
    vim.lsp.config(M.NAME, M.config(options))
    vim.lsp.enable(M.NAME, options.lsp)
    return
  end
  if not options.lsp then
    return
  end
  local function start(bufnr)
    local config = M.config(options)
    config.root_dir = M.root(bufnr, options.root_markers)
    vim.lsp.start(config, { bufnr = bufnr })
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "nix",
    callback = function(event)
      if vim.bo[event.buf].buftype == "" then
        start(event.buf)
      end
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == "nix" and vim.bo[bufnr].buftype == "" then
      start(bufnr)
    end
  end
end

--- What is done for a buffer that the server begins to serve.
function M.attached(client, bufnr)
  -- Whoever starts the server by Neovim's own means has not set the plugin up.
  register()
  local options = require("nixscope").options
  if options.hints and client.server_capabilities.inlayHintProvider then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
  if options.lenses and client.server_capabilities.codeLensProvider then
    M.show_lenses(bufnr)
  end
  if options.on_attach then
    options.on_attach(client, bufnr)
  end
end

--- Shows lenses, now and whenever they may have changed.
function M.show_lenses(bufnr)
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  vim.lsp.codelens.refresh { bufnr = bufnr }
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost", "TextChanged" }, {
    group = group,
    buffer = bufnr,
    callback = function()
      vim.lsp.codelens.refresh { bufnr = bufnr }
    end,
  })
end

--- Asks for the hints of every buffer anew, as the server wishes. Before 0.12 Neovim asks, but does not show what comes if
--- the text has not changed since; being switched on makes it forget what it shows.
function M.refresh_hints(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    if vim.lsp.inlay_hint.is_enabled { bufnr = bufnr } then
      vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
    end
  end
end

--- Asks for the lenses of every buffer anew, as the server wishes.
function M.refresh_lenses()
  if not require("nixscope").options.lenses then
    return
  end
  for _, client in ipairs(vim.lsp.get_clients { name = M.NAME }) do
    for bufnr in pairs(client.attached_buffers) do
      M.show_lenses(bufnr)
    end
  end
end

--- The client that serves a buffer.
function M.client(bufnr)
  return vim.lsp.get_clients({ name = M.NAME, bufnr = bufnr or vim.api.nvim_get_current_buf() })[1]
end

--- Whether a server can carry out a command.
function M.offers(client, command)
  local offered = vim.tbl_get(client.server_capabilities, "executeCommandProvider", "commands") or {}
  return vim.tbl_contains(offered, command)
end

--- Asks the server. `give` is called with what it answers, unless it refuses, which is told.
function M.request(client, method, params, give, bufnr)
  local function answered(error, result)
    if error then
      require("nixscope").tell(error.message, vim.log.levels.ERROR)
    else
      give(result ~= vim.NIL and result or nil)
    end
  end
  if vim.fn.has("nvim-0.11") == 1 then
    return client:request(method, params, answered, bufnr)
  end
  return client.request(method, params, answered, bufnr)
end

--- Has the server carry out a command for a buffer, and says so if it cannot.
function M.execute(command, argument, give, bufnr)
  local tell = require("nixscope").tell
  local client = M.client(bufnr)
  if not client then
    return tell("the language server does not serve this buffer", vim.log.levels.WARN)
  end
  if not M.offers(client, command) then
    return tell(("this language server does not know `%s`"):format(command), vim.log.levels.WARN)
  end
  local params = { command = command, arguments = { next(argument) and argument or vim.empty_dict() } }
  return M.request(client, "workspace/executeCommand", params, give, bufnr)
end

--- Ends the server and starts it anew for the buffers it served.
function M.restart()
  local clients = vim.lsp.get_clients { name = M.NAME }
  local buffers = {}
  for _, client in ipairs(clients) do
    for bufnr in pairs(client.attached_buffers) do
      buffers[bufnr] = true
    end
    if vim.fn.has("nvim-0.11") == 1 then
      client:stop()
    else
      client.stop()
    end
  end
  local function are_gone()
    return vim.iter(clients):all(function(client)
      return vim.lsp.get_client_by_id(client.id) == nil
    end)
  end
  local started = vim.uv.now()
  local function start_when_gone()
    if not are_gone() and vim.uv.now() - started < 5000 then
      return vim.defer_fn(start_when_gone, 20)
    end
    for bufnr in pairs(buffers) do
      if vim.api.nvim_buf_is_loaded(bufnr) then
        vim.api.nvim_exec_autocmds("FileType", { buffer = bufnr, modeline = false })
      end
    end
  end
  start_when_gone()
end

return M
