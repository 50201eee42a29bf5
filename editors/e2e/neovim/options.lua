--- What the options of the plugin do, each of them.

package.path = vim.env.TESTS .. "/?.lua;" .. package.path
local t = require "harness"
local nixscope = require "nixscope"
local options = require "nixscope.options"

--- Sets the plugin up with the program under test.
local function setup(given)
  t.told = {}
  nixscope.setup(vim.tbl_extend("force", { binary = t.binary }, given))
end

--- Ends the servers that run.
local function stop()
  vim.lsp.stop_client(vim.lsp.get_clients(), true)
  t.wait("the end of all servers", function()
    return #vim.lsp.get_clients() == 0
  end)
  vim.cmd "%bwipeout!"
end

--- Whether a buffer is served after a while; the tests for not being so wait for what comes at the same time.
local function is_served()
  return require("nixscope.lsp").client() ~= nil
end

t.run("options", {
  {
    "each option has a kind and stands in the help",
    function()
      local help = table.concat(vim.fn.readfile(vim.env.PLUGIN .. "/doc/nixscope.txt"), "\n")
      for name in pairs(options.types) do
        t.contains(help, "*nixscope-option-" .. name .. "*")
        t.equal(#options.problems { [name] = 1 }, 1)
      end
      for name in pairs(options.defaults) do
        assert(options.types[name], name)
      end
    end,
  },
  {
    "the help has tags",
    function()
      local copy = t.project .. "/help/doc"
      vim.fn.mkdir(copy, "p")
      vim.fn.writefile(vim.fn.readfile(vim.env.PLUGIN .. "/doc/nixscope.txt"), copy .. "/nixscope.txt")
      vim.cmd.helptags(copy)
      vim.opt.runtimepath:append(t.project .. "/help")
      vim.cmd.help "nixscope-option-hints"
      t.contains(vim.fn.getline ".", "*nixscope-option-hints*")
      vim.cmd "%bwipeout!"
    end,
  },
  {
    "the settings of the server stand in its documentation",
    function()
      local known = {}
      for _, line in ipairs(vim.fn.readfile(vim.env.DOCS .. "/lsp.md")) do
        local name = line:match "^| `([%w.]+)` |"
        if name then
          known[#known + 1] = name
        end
      end
      assert(#known > 5, "no table of settings")
      t.equal(vim.tbl_filter(function(name)
        return not vim.tbl_contains(known, name)
      end, options.settings), {})
    end,
  },
  {
    "what is not understood is told",
    function()
      local live = { trusty = true, entries = { ["hosts/*.nix"] = "import ./." } }
      setup { lsp = false, hint = true, binary = 3, settings = { live = live } }
      t.equal(#t.told, 3)
      t.wait_told "no option `hint`"
      t.wait_told "`binary` is to be a string, not a number"
      t.wait_told "no setting `live.trusty`"
      t.equal(nixscope.options.binary, "nixscope")
    end,
  },
  {
    "lsp: false starts no server",
    function()
      setup { lsp = false }
      t.open "default.nix"
      -- A server that is to run would have been started by the event of opening.
      t.equal(is_served(), false)
      t.equal(#vim.lsp.get_clients(), 0)
      vim.cmd "%bwipeout!"
    end,
  },
  {
    "binary: what is not there is told by the health check",
    function()
      setup { binary = "/nowhere/nixscope", lsp = false }
      local complaints = {}
      local complain = vim.health.error
      vim.health.error = function(text)
        complaints[#complaints + 1] = text
      end
      require("nixscope.health").check()
      vim.health.error = complain
      t.equal(complaints, { "`/nowhere/nixscope` is not found" })
    end,
  },
  {
    "root_markers: the first that is found decides",
    function()
      vim.fn.mkdir(t.project .. "/inner", "p")
      vim.fn.writefile({}, t.project .. "/top.marker")
      vim.fn.writefile({ "1" }, t.project .. "/inner/one.nix")
      vim.fn.writefile({}, t.project .. "/inner/near.marker")
      setup { root_markers = { "top.marker", "near.marker" } }
      local client = t.client(t.open "inner/one.nix")
      t.equal(client.config.root_dir, t.project)
      stop()
      setup { root_markers = { "nothing.marker" } }
      client = t.client(t.open "inner/one.nix")
      t.equal(client.config.root_dir, t.project .. "/inner")
      stop()
    end,
  },
  {
    "settings: reach the server",
    function()
      vim.fn.writefile({ "{", "  text = 1 |> toString;", "}" }, t.project .. "/pipe.nix")
      setup { settings = { pipeOperators = false } }
      t.client(t.open "pipe.nix")
      t.wait("a complaint about the operator", function()
        return #vim.diagnostic.get(0) > 0
      end)
      stop()
      setup { settings = { pipeOperators = true } }
      t.client(t.open "pipe.nix")
      t.go "text"
      t.wait("the value", function()
        local hover = t.ask "textDocument/hover"
        return hover and hover.contents.value:find '"1"'
      end)
      t.equal(#vim.diagnostic.get(0), 0)
      stop()
    end,
  },
  {
    "hints: values stand behind bindings, or do not",
    function()
      setup {}
      t.client(t.open "default.nix")
      t.wait("hints", function()
        return #vim.lsp.inlay_hint.get { bufnr = 0 } > 0
      end)
      stop()
      setup { hints = false }
      t.client(t.open "default.nix")
      t.wait("a value in a hover", function()
        t.go "total ="
        local hover = t.ask "textDocument/hover"
        return hover and hover.contents.value:find "642"
      end)
      t.equal(vim.lsp.inlay_hint.is_enabled { bufnr = 0 }, false)
      t.equal(#vim.lsp.inlay_hint.get { bufnr = 0 }, 0)
      stop()
    end,
  },
  {
    "lenses: are asked for, or are not",
    function()
      local lsp = require "nixscope.lsp"
      local shown = 0
      local show_lenses = lsp.show_lenses
      lsp.show_lenses = function(bufnr)
        shown = shown + 1
        show_lenses(bufnr)
      end
      setup {}
      local client = t.client(t.open "default.nix")
      if client.server_capabilities.codeLensProvider then
        t.wait("lenses", function()
          return shown > 0
        end)
      end
      stop()
      shown = 0
      setup { lenses = false }
      t.client(t.open "default.nix")
      lsp.refresh_lenses()
      t.equal(shown, 0)
      lsp.show_lenses = show_lenses
      stop()
    end,
  },
  {
    "on_attach: is called with client and buffer",
    function()
      local called
      setup {
        on_attach = function(client, bufnr)
          called = { client.name, bufnr }
        end,
      }
      local bufnr = t.open "default.nix"
      t.wait("the call", function()
        return called
      end)
      t.equal(called, { "nixscope", bufnr })
      stop()
    end,
  },
  {
    "Neovim's own configuration is enough",
    function()
      if not vim.lsp.enable then
        return
      end
      setup { lsp = false }
      vim.lsp.commands["nixscope.debug"] = nil
      vim.lsp.enable "nixscope"
      local client = t.client(t.open "default.nix")
      t.equal(client.config.root_dir, t.project)
      t.wait("what lenses need", function()
        return vim.lsp.commands["nixscope.debug"]
      end)
      vim.lsp.enable("nixscope", false)
      stop()
    end,
  },
  {
    "setting up later serves what is open already",
    function()
      setup { lsp = false }
      local bufnr = t.open "default.nix"
      t.equal(is_served(), false)
      setup {}
      t.client(bufnr)
      stop()
    end,
  },
})
