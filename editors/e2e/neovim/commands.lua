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
    local status = require("nixscope.status").get()
    local hover = status and status.state == "done" and t.ask "textDocument/hover"
    return hover and hover.contents.value:find("```nix\n" .. value, 1, true)
  end)
end

open_evaluated("default.nix", "total =", "642")

--- Does a command that the server carries out.
local function test_value()
  open_evaluated("default.nix", "total =", "642")
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

--- The status of the file at hand, once it was evaluated by an entry of a kind.
local function wait_entry(kind)
  return t.wait("the entry " .. kind, function()
    local status = require("nixscope.status").get()
    local entry = status and status.state == "done" and status.entry
    return entry and entry ~= vim.NIL and entry.kind == kind
  end)
end

--- Chooses the first entry that a function likes for the file at hand, and waits until it is evaluated by one of a kind.
--- What is offered depends on what the server has read so far, so that a person may have to ask again.
local function pin(likes, kind)
  local shown = choose(likes)
  t.insist("an entry " .. kind, function()
    vim.cmd.Nixscope "entries"
  end, function()
    local status = require("nixscope.status").get()
    local entry = status and status.state == "done" and status.entry
    return entry and entry ~= vim.NIL and entry.kind == kind
  end)
  return table.concat(shown, "\n")
end

local function test_entries()
  open_evaluated("shop.nix", "tax ?", "19")
  local shown = pin(function(entry)
    return entry.kind == "importer"
  end, "importer")
  t.contains(shown, "importer: default.nix")
  -- What imports the file gives it another tax.
  open_evaluated("shop.nix", "tax /", "7")
  t.contains(require("nixscope").status(), "default.nix")
  t.contains(require("nixscope").status(), "ms")
  local lines = table.concat(require("nixscope.status").lines(), "\n")
  t.contains(lines, "importer default.nix: done")
  t.contains(lines, " ms of 5000")
end

local function test_why()
  open_evaluated("shop.nix", "net + extra", "")
  local list = t.insist("the chain", function()
    vim.cmd.Nixscope "why"
  end, function()
    local list = vim.fn.getqflist { title = 0, items = 0 }
    return #list.items > 0 and list
  end)
  t.equal(list.title, "Why this was needed")
  local first = list.items[1]
  assert(vim.endswith(vim.api.nvim_buf_get_name(first.bufnr), "default.nix"), vim.inspect(list.items))
  t.equal(first.lnum, 4)
  vim.cmd.cclose()
end

local function test_entry_by_expression()
  t.client(t.open "shop.nix")
  vim.cmd.Nixscope { args = { "entries", "(import", "./shop.nix", "{", "tax", "=", "50;", "}).gross", "10" } }
  wait_entry "setting"
  open_evaluated("shop.nix", "tax /", "50")
  local shown = pin(function(entry)
    return not entry.id
  end, "file")
  t.contains(shown, "whatever fits best")
  open_evaluated("shop.nix", "tax ?", "19")
end

local function test_bytecode()
  t.open "default.nix"
  vim.cmd.Nixscope "bytecode"
  assert(#document "nixscope-bytecode" > 20)
  vim.cmd.bwipeout()
end

local function test_reload()
  open_evaluated("default.nix", "total =", "642")
  -- Nobody tells the server that this file has changed, which is not open.
  vim.cmd.bwipeout(t.project .. "/shop.nix")
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
    "  # Twice as much.",
    "  #",
    "  #     twice 21",
    "  #     => 42",
    "  twice = n: n * 2;",
    "}",
  }, t.project .. "/example.nix")
  open_evaluated("example.nix", "twice =", "")
  t.go "twice 21"
  t.told = {}
  vim.cmd.Nixscope "example"
  t.wait_told "twice 21 is 42"
end

local function test_lenses()
  local lens = t.wait("a lens", function()
    return vim.iter(vim.lsp.codelens.get(0)):find(function(lens)
      return lens.command and lens.command.command == "nixscope.showResult"
    end)
  end)
  t.told = {}
  vim.lsp.commands[lens.command.command](lens.command, {})
  t.wait_told "twice 21 is 42"
  open_evaluated("default.nix", "total =", "642")
  lens = t.wait("a lens", function()
    return vim.iter(vim.lsp.codelens.get(0)):find(function(lens)
      return lens.command and lens.command.command == "nixscope.showValue"
    end)
  end)
  vim.lsp.commands[lens.command.command](lens.command, {})
  t.contains(document "nixscope-value", "642")
  vim.cmd.bwipeout()
end

--- What the server carries out.
local REMOTE = {
  { "value: in a document of its own", test_value },
  { "entries: one is chosen", test_entries },
  { "why: a list of places", test_why },
  { "entries: an expression, and back", test_entry_by_expression },
  { "bytecode: in a document of its own", test_bytecode },
  { "reload: what changed behind the server's back", test_reload },
  { "example: is run", test_example },
  { "lenses do what they say", test_lenses },
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
      t.contains(vim.api.nvim_buf_get_name(0), "lsp.log")
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

vim.list_extend(tests, REMOTE)

t.run("commands", tests)
