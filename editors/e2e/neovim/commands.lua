--- What `:Nixscope` does, each command of it.

package.path = vim.env.TESTS .. "/?.lua;" .. package.path
local t = require "harness"
local lsp = require "nixscope.lsp"

require("nixscope").setup { binary = t.binary }

--- Answers the next choice with the first item that a function likes; gives all items as they are shown.
local function choose(likes)
  local shown = {}
  vim.ui.select = function(items, options, give)
    for _, item in ipairs(items) do
      shown[#shown + 1] = (options.format_item or tostring)(item)
    end
    give(vim.iter(items):find(likes))
  end
  return shown
end

--- The text of the current buffer, once it is one of these documents.
local function document(scheme)
  return t.wait("a document of " .. scheme, function()
    local name = vim.api.nvim_buf_get_name(0)
    return vim.startswith(name, scheme .. ":") and table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  end)
end

--- Opens a file and waits until its values are known.
local function open_evaluated(name, word, value)
  t.open(name)
  t.go(word)
  t.wait("the value " .. value, function()
    local hover = t.ask "textDocument/hover"
    return hover and hover.contents.value:find(value, 1, true)
  end)
end

open_evaluated("default.nix", "total =", "642")

--- Does a command that the server carries out.
local function test_value()
  t.go "total ="
  vim.cmd.Nixscope "value"
  t.contains(document "nixscope-value", "642")
  t.equal({ vim.bo.filetype, vim.bo.buftype, vim.bo.modifiable }, { "nix", "nofile", false })
  local name = vim.api.nvim_buf_get_name(0)
  vim.cmd.bwipeout()
  -- The server writes it again when it is opened by its name.
  vim.cmd.edit(vim.fn.fnameescape(name))
  t.wait("the text", function()
    return vim.fn.getline(1):find "642"
  end)
  vim.cmd.bwipeout()
end

local function test_why()
  open_evaluated("default.nix", "total =", "642")
  vim.cmd.Nixscope "why"
  local list = t.wait("the chain", function()
    local list = vim.fn.getqflist { title = 0, items = 0 }
    return #list.items > 0 and list
  end)
  t.equal(list.title, "Why this was needed")
  assert(
    vim.iter(list.items):any(function(item)
      return item.bufnr > 0 and vim.endswith(vim.api.nvim_buf_get_name(item.bufnr), "default.nix")
    end),
    vim.inspect(list.items)
  )
  vim.cmd.cclose()
end

local function test_entries()
  open_evaluated("shop.nix", "tax ?", "19")
  local shown = choose(function(entry)
    return entry.kind == "importer"
  end)
  vim.cmd.Nixscope "entries"
  t.wait("the choice", function()
    return #shown > 0
  end)
  t.contains(table.concat(shown, "\n"), "importer: ")
  -- What imports the file gives it another tax.
  t.wait("the value the importer gives", function()
    t.go "tax ?"
    local hover = t.ask "textDocument/hover"
    return hover and hover.contents.value:find "7"
  end)
  t.wait("the status", function()
    local status = require("nixscope.status").get()
    return status and status.entry ~= vim.NIL and status.entry.kind == "importer" and status.state == "done"
  end)
  t.contains(require("nixscope").status(), "ms")
  shown = choose(function(entry)
    return not entry.id
  end)
  vim.cmd.Nixscope "entries"
  t.wait("the choice", function()
    return #shown > 0
  end)
  t.contains(table.concat(shown, "\n"), "whatever fits best")
end

local function test_bytecode()
  t.open "default.nix"
  vim.cmd.Nixscope "bytecode"
  assert(#document "nixscope-bytecode" > 20)
  vim.cmd.bwipeout()
end

local function test_reload()
  open_evaluated("default.nix", "total =", "642")
  -- Nobody tells the server that this file has changed.
  local path = t.project .. "/shop.nix"
  local lines = vim.fn.readfile(path)
  local changed = vim.tbl_map(function(line)
    return (line:gsub("net %+ extra", "net + extra + 100"))
  end, lines)
  vim.fn.writefile(changed, path)
  vim.cmd.Nixscope "reload"
  t.wait("the new value", function()
    t.go "total ="
    local hover = t.ask "textDocument/hover"
    return hover and hover.contents.value:find "942"
  end)
  vim.fn.writefile(lines, path)
  vim.cmd.Nixscope "reload"
end

local function test_example()
  vim.fn.writefile({
    "{",
    "  /**",
    "    Twice as much.",
    "",
    "    # Example",
    "",
    "    ```nix",
    "    twice 21",
    "    => 42",
    "    ```",
    "  */",
    "  twice = n: n * 2;",
    "}",
  }, t.project .. "/example.nix")
  t.open "example.nix"
  t.go "twice 21"
  t.told = {}
  vim.cmd.Nixscope "example"
  t.wait("what the example says", function()
    return t.told[1]
  end)
end

--- The names and functions of what the server carries out.
local REMOTE = {
  { "nixscope.value", "value: in a document of its own", test_value },
  { "nixscope.why", "why: a list of places", test_why },
  { "nixscope.entries", "entries: chosen and given back", test_entries },
  { "nixscope.bytecode", "bytecode: in a document of its own", test_bytecode },
  { "nixscope.reload", "reload: what changed behind the server's back", test_reload },
  { "nixscope.runExample", "example: is run", test_example },
}

local tests = {
  {
    "the commands stand in the help, and are completed",
    function()
      local help = table.concat(vim.fn.readfile(vim.env.PLUGIN .. "/doc/nixscope.txt"), "\n")
      for name in pairs(require("nixscope.commands").commands) do
        t.contains(help, "*:Nixscope-" .. name .. "*")
      end
      t.equal(vim.fn.getcompletion("Nixscope re", "cmdline"), { "reload", "restart" })
      t.equal(
        vim.fn.getcompletion("Nixscope debug ", "cmdline"),
        { "attribute", "expression", "file", "recording" }
      )
      t.equal(vim.fn.getcompletion("Nixscope value ", "cmdline"), {})
      t.told = {}
      vim.cmd.Nixscope "timeline"
      t.wait_told "no program is stopped"
    end,
  },
  {
    "what is no command is told",
    function()
      vim.cmd.Nixscope "dance"
      t.wait_told "no command `dance`"
    end,
  },
  {
    "status: in words",
    function()
      t.told = {}
      vim.cmd.Nixscope()
      vim.cmd.Nixscope "status"
      t.equal(#t.told, 2)
    end,
  },
  {
    "restart: another server serves the same buffers",
    function()
      local before = t.client()
      local bufnr = vim.api.nvim_get_current_buf()
      vim.cmd.Nixscope "restart"
      t.wait("another server", function()
        local client = lsp.client(bufnr)
        return client and client.id ~= before.id and client.initialized
      end)
    end,
  },
  {
    "log: is opened",
    function()
      vim.cmd.Nixscope "log"
      t.equal(vim.api.nvim_buf_get_name(0), vim.lsp.get_log_path())
      vim.cmd.bwipeout()
    end,
  },
  {
    "what this server cannot do is told",
    function()
      t.told = {}
      local offers = lsp.offers
      lsp.offers = function()
        return false
      end
      for _, name in ipairs { "value", "why", "entries", "bytecode", "reload", "example" } do
        vim.cmd.Nixscope(name)
      end
      lsp.offers = offers
      t.equal(#t.told, 6)
      t.contains(t.told[2], "does not know `nixscope.why`")
    end,
  },
  {
    "a buffer nobody serves is told",
    function()
      vim.cmd.enew()
      t.told = {}
      vim.cmd.Nixscope "value"
      t.wait_told "does not serve this buffer"
      vim.cmd.bwipeout()
    end,
  },
}

for _, remote in ipairs(REMOTE) do
  if lsp.offers(t.client(), remote[1]) then
    tests[#tests + 1] = { remote[2], remote[3] }
  end
end

t.run("commands", tests)
