# nixscope as a package: `nix-build` here, or `import ./default.nix { inherit pkgs; }` elsewhere.
{
  pkgs ? import <nixpkgs> { },
}:
let
  inherit (pkgs) lib;
  cargo = fromTOML (builtins.readFile ./Cargo.toml);

  # What the program is built of, so that a change of a page builds nothing anew.
  parts = cargo.workspace.members ++ [
    "Cargo.lock"
    "Cargo.toml"
    "LICENSE"
  ];
  top = toString ./.;
  isPart = path: builtins.any (it: path == "${top}/${it}" || lib.hasPrefix "${top}/${it}/" path) parts;
in
pkgs.rustPlatform.buildRustPackage {
  pname = "nixscope";
  inherit (cargo.workspace.package) version;

  src = builtins.path {
    name = "nixscope-source";
    path = ./.;
    filter = path: _: isPart path;
  };

  cargoLock.lockFile = ./Cargo.lock;
  cargoBuildFlags = [
    "--package"
    "nixscope-cli"
  ];

  # The tests want the tools that are in /bin and /usr/bin of other systems.
  doCheck = false;

  nativeBuildInputs = [ pkgs.installShellFiles ];
  postInstall = lib.optionalString (pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform) ''
    $out/bin/nixscope man > nixscope.1
    installManPage nixscope.1
    installShellCompletion --cmd nixscope \
      --bash <($out/bin/nixscope completions bash) \
      --fish <($out/bin/nixscope completions fish) \
      --zsh <($out/bin/nixscope completions zsh)
  '';

  meta = {
    description = "Evaluates Nix programs, and shows how it does: an evaluator, a debugger and a language server";
    homepage = cargo.workspace.package.repository;
    license = lib.licenses.mit;
    mainProgram = "nixscope";
  };
}
