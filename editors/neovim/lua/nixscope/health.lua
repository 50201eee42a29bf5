--- `:checkhealth nixscope`: whether everything is there that the options ask for. Changes nothing.

local M = {}

local function check_editor()
  vim.health.start("nixscope: editor")
  if vim.fn.has("nvim-0.10") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.10 or later is needed")
  end
  local problems = require("nixscope").problems
  for _, problem in ipairs(problems) do
    vim.health.error(problem, { ":help nixscope-options" })
  end
  if #problems == 0 then
    vim.health.ok("the options are understood")
  end
end

local function check_binary(options)
  vim.health.start("nixscope: program")
  local path = vim.fn.exepath(options.binary)
  if path == "" then
    return vim.health.error(("`%s` is not found"):format(options.binary), {
      "Build it with `cargo install --locked --path cli` in nixscope's folder,",
      "and see that ~/.cargo/bin is on the PATH, or set the option `binary`.",
    })
  end
  local result = vim.system({ path, "--version" }, { text = true, timeout = 5000 }):wait()
  if result.code ~= 0 then
    return vim.health.error(("`%s --version` failed: %s"):format(path, vim.trim(result.stderr or "")))
  end
  vim.health.ok(("%s (%s)"):format(vim.trim(result.stdout), path))
end

local function check_server(options)
  vim.health.start("nixscope: language server")
  if not options.lsp then
    return vim.health.info("switched off by the option `lsp`")
  end
  local lsp = require("nixscope.lsp")
  local clients = vim.lsp.get_clients { name = lsp.NAME }
  if #clients == 0 then
    return vim.health.info("not running: it starts with the first Nix file")
  end
  for _, client in ipairs(clients) do
    local root = client.root_dir or client.config.root_dir or "no folder"
    vim.health.ok(("serves %d buffers of %s"):format(vim.tbl_count(client.attached_buffers), root))
    local offered = vim.tbl_get(client.server_capabilities, "executeCommandProvider", "commands") or {}
    if #offered == 0 then
      vim.health.warn("it is of a version that carries out no commands: `:Nixscope value` and others do nothing")
    else
      vim.health.ok("it carries out " .. table.concat(offered, ", "))
    end
  end
end

local function check_dap(options)
  vim.health.start("nixscope: debugger")
  if not options.dap then
    return vim.health.info("switched off by the option `dap`")
  end
  local has_dap, dap = pcall(require, "dap")
  if not has_dap then
    return vim.health.info("nvim-dap is not installed: `:Nixscope debug` opens the debugger in a terminal")
  end
  if dap.adapters.nixscope then
    vim.health.ok(("nvim-dap has the adapter, and %d configurations for Nix"):format(#dap.configurations.nix))
  else
    vim.health.error("nvim-dap was loaded after nixscope", { 'Call `require("nixscope").setup {}` after it.' })
  end
end

--- What `:checkhealth` calls.
function M.check()
  local options = require("nixscope").options
  check_editor()
  check_binary(options)
  check_server(options)
  check_dap(options)
end

return M
