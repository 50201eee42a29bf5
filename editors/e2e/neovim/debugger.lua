--- Debugging from Neovim: in the debugger of the terminal, and in nvim-dap where NVIM_DAP names a checkout of it.

package.path = vim.env.TESTS .. "/?.lua;" .. package.path
local t = require "harness"
local debugging = require "nixscope.debug"

if vim.env.NVIM_DAP then
  vim.opt.runtimepath:prepend(vim.env.NVIM_DAP)
end
require("nixscope").setup { binary = t.binary }

--- What the terminal in the current buffer shows, once this is in it; and ends it.
local function wait_terminal(text)
  t.wait(text .. " in the terminal", function()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find(text, 1, true)
  end)
  vim.cmd "bwipeout!"
end

local tests = {
  {
    "command lines of the terminal debugger",
    function()
      local cases = {
        { { program = "/a.nix" }, { "debug", "/a.nix" } },
        { { program = "/a.nix", attr = "b.c" }, { "debug", "-A", "b.c", "/a.nix" } },
        { { expression = "1 + 1" }, { "debug", "-E", "1 + 1" } },
        { { recording = "/run.nixtrace" }, { "replay", "--debug", "/run.nixtrace" } },
      }
      for _, case in ipairs(cases) do
        t.equal(debugging.command_line(case[1]), vim.list_extend({ t.binary }, case[2]))
      end
    end,
  },
  {
    "attribute paths are quoted where they need it",
    function()
      t.equal(debugging.attribute_path { "a", "b-c'", "d.e", 'f"' }, [[a.b-c'."d.e"."f\""]])
    end,
  },
  {
    "what there is to debug is asked for",
    function()
      local bufnr = t.open "default.nix"
      local file = vim.api.nvim_buf_get_name(bufnr)
      local typed
      vim.ui.input = function(_, give)
        give(typed)
      end
      local function asked(kind, said)
        local launch = "nothing yet"
        debugging.ask(kind, said, function(it)
          launch = it
        end)
        return launch
      end
      t.equal(asked "file", { program = file })
      t.equal(asked("file", "/x.nix"), { program = "/x.nix" })
      t.equal(asked("expression", "1 + 1"), { expression = "1 + 1" })
      t.equal(asked("attribute", "part.count"), { program = file, attr = "part.count" })
      t.equal(asked("recording", "/run.nixtrace"), { recording = "/run.nixtrace" })
      typed = "2 + 2"
      t.equal(asked "expression", { expression = "2 + 2" })
      typed = "/other.nixtrace"
      t.equal(asked "recording", { recording = "/other.nixtrace" })
      typed = nil
      t.equal(asked "expression", nil)
      asked "tea"
      t.wait_told "nothing to debug that is called `tea`"
    end,
  },
  {
    "attributes are chosen from those there are",
    function()
      t.open "default.nix"
      t.wait("the values", function()
        local status = require("nixscope.status").get()
        return status and status.state == "done"
      end)
      local picked
      local wishes = { "part", "count" }
      vim.ui.select = function(items, _, give)
        local wish = table.remove(wishes, 1)
        give(vim.iter(items):find(function(item)
          return item.name == wish
        end))
      end
      debugging.ask("attribute", nil, function(launch)
        picked = launch
      end)
      t.wait("a choice", function()
        return picked
      end)
      t.equal(picked.attr, "part.count")
    end,
  },
}

if not vim.env.NVIM_DAP then
  tests[#tests + 1] = {
    "without nvim-dap, the debugger runs in a terminal",
    function()
      t.open "default.nix"
      vim.cmd.Nixscope "debug"
      wait_terminal "entry: "
      t.open "default.nix"
      vim.cmd.Nixscope { args = { "debug", "expression", "6", "*", "7" } }
      wait_terminal "6 * 7"
    end,
  }
  t.run("debugger in a terminal", tests)
end

local dap = require "dap"

--- The frame on top, once the program is stopped at this line.
local function wait_stop(line)
  return t.wait("a stop at line " .. line, function()
    local session = dap.session()
    local frame = session and session.stopped_thread_id and session.current_frame
    return frame and frame.line == line and frame.scopes and frame
  end)
end

local function wait_end()
  t.wait("the end", function()
    return dap.session() == nil
  end)
end

--- The values that are shown in the text of a file.
local function shown_in(name)
  local bufnr = vim.fn.bufnr(t.project .. "/" .. name)
  local namespace = vim.api.nvim_create_namespace "nixscope.dap"
  local texts = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true })) do
    texts[#texts + 1] = ("%d:%s"):format(mark[2] + 1, mark[4].virt_text[1][1])
  end
  return table.concat(texts, "\n")
end

--- Runs a configuration by its name, as if it was chosen after F5.
local function run(name)
  dap.run(vim.iter(dap.configurations.nix):find(function(config)
    return config.name:find(name, 1, true)
  end))
end

vim.list_extend(tests, {
  {
    "dap: false takes adapter and configurations back",
    function()
      dap.configurations.nix[#dap.configurations.nix + 1] = { type = "other", name = "not ours" }
      require("nixscope").setup { binary = t.binary, dap = false }
      t.equal(dap.adapters.nixscope, nil)
      t.equal(#dap.configurations.nix, 1)
      require("nixscope").setup { binary = t.binary }
      t.equal(#dap.configurations.nix, 6)
      dap.configurations.nix[6] = nil
    end,
  },
  {
    "a breakpoint, a stop, stack, variables, over and back, on",
    function()
      t.open "shop.nix"
      vim.api.nvim_win_set_cursor(0, { 9, 0 })
      dap.toggle_breakpoint()
      t.open "default.nix"
      run "this file"
      local frame = wait_stop(9)
      t.contains(frame.source.path, "/shop.nix")
      local session = dap.session()
      assert(#session.threads[session.stopped_thread_id].frames > 2)
      t.wait("the variable", function()
        return vim.iter(frame.scopes):any(function(scope)
          return vim.iter(scope.variables or {}):any(function(variable)
            return variable.name == "net" and variable.value == "100"
          end)
        end)
      end)
      t.wait("the value in the text", function()
        return shown_in("shop.nix"):find("5:  net = 100", 1, true)
      end)
      local function column()
        local top = session.current_frame
        return top and session.stopped_thread_id and ("%d:%d"):format(top.line, top.column)
      end
      local first = column()
      dap.step_over()
      local second = t.wait("a step", function()
        local now = column()
        return now ~= first and now
      end)
      dap.step_over()
      t.wait("another step", function()
        local now = column()
        return now and now ~= second
      end)
      dap.step_back()
      t.wait("a step back", function()
        return column() == second
      end)
      local answer
      session:evaluate({ expression = "net + 1", context = "repl" }, function(_, it)
        answer = it
      end)
      t.wait("an answer", function()
        return answer
      end)
      t.equal(answer.result, "101")
      vim.cmd.Nixscope "why"
      local items = t.wait("the chain", function()
        local items = vim.fn.getqflist()
        return #items > 2 and items
      end)
      t.contains(items[1].text, "gross")
      vim.cmd.cclose()
      local moments
      vim.ui.select = function(found, options, give)
        moments = vim.tbl_map(options.format_item, found)
        give(vim.iter(found):find(function(moment)
          return moment.kind == "breakpoint"
        end))
      end
      vim.cmd.Nixscope "timeline"
      t.wait("the moment of the breakpoint", function()
        return moments and column() == first
      end)
      t.contains(table.concat(moments, "\n"), "at shop.nix:9")
      dap.continue()
      t.wait("the next one", function()
        return shown_in("shop.nix"):find("net = 200", 1, true)
      end)
      dap.clear_breakpoints()
      dap.continue()
      wait_end()
      t.equal(shown_in "shop.nix", "")
    end,
  },
  {
    "debug_values: false shows none",
    function()
      require("nixscope").setup { binary = t.binary, debug_values = false }
      t.open "shop.nix"
      vim.api.nvim_win_set_cursor(0, { 9, 0 })
      dap.toggle_breakpoint()
      t.open "default.nix"
      vim.cmd.Nixscope "debug"
      wait_stop(9)
      dap.session():request("threads", nil, function() end)
      t.equal(shown_in "shop.nix", "")
      dap.clear_breakpoints()
      dap.continue()
      wait_end()
      require("nixscope").setup { binary = t.binary }
    end,
  },
  {
    "an expression that is asked for",
    function()
      vim.ui.input = function(_, give)
        give "let a = 6; in a * 7"
      end
      local said = {}
      dap.listeners.after.event_output.test = function(_, body)
        said[#said + 1] = body.output
      end
      run "an expression"
      t.wait("the value", function()
        return table.concat(said):find "42"
      end)
      wait_end()
    end,
  },
  {
    "an attribute, by the command",
    function()
      t.open "default.nix"
      local said = {}
      dap.listeners.after.event_output.test = function(_, body)
        said[#said + 1] = body.output
      end
      vim.cmd.Nixscope { args = { "debug", "attribute", "part.count" } }
      t.wait("the value", function()
        return table.concat(said):find "3"
      end)
      wait_end()
    end,
  },
  {
    "a recording, by the command",
    function()
      local recording = t.project .. "/run.nixtrace"
      vim.fn.system { t.binary, "record", "-o", recording, t.project .. "/default.nix", "-A", "label" }
      local said = {}
      dap.listeners.after.event_output.test = function(_, body)
        said[#said + 1] = body.output
      end
      vim.cmd.Nixscope { args = { "debug", "recording", recording } }
      t.wait("the value", function()
        return table.concat(said):find "total: 642"
      end)
      wait_end()
      dap.listeners.after.event_output.test = nil
    end,
  },
})

t.run("nvim-dap", tests)
