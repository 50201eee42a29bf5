# As much of nixpkgs as the packages of nixscope ask for: what is built is told instead of built.
let
  lib = {
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    optionalString = condition: text: if condition then text else "";
    genAttrs =
      names: make:
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = make name;
        }) names
      );
    licenses.mit.spdxId = "MIT";
  };
  packages = system: {
    inherit lib;
    rustPlatform.buildRustPackage = told: told // { builder = "buildRustPackage"; };
    vimUtils.buildVimPlugin = told: told // { builder = "buildVimPlugin"; };
    mkShell = told: told // { builder = "mkShell"; };
    stdenv = {
      buildPlatform.canExecute = platform: platform.system == system;
      hostPlatform.system = system;
    };
    installShellFiles = "installShellFiles";
    clippy = "clippy";
    nodejs = "nodejs";
    python3 = "python3";
    rustfmt = "rustfmt";
  };
in
{
  inherit lib;
  legacyPackages = lib.genAttrs [ "aarch64-darwin" "aarch64-linux" "x86_64-darwin" "x86_64-linux" ] packages;
}
