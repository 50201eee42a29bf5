--- The command. The rest begins with `require("nixscope").setup {}`.

if vim.g.loaded_nixscope then
  return
end
vim.g.loaded_nixscope = true

vim.api.nvim_create_user_command("Nixscope", function(command)
  require("nixscope.commands").run(command.fargs)
end, {
  nargs = "*",
  desc = "Values and debugging of Nix",
  complete = function(lead, line)
    return require("nixscope.commands").complete(lead, line)
  end,
})
