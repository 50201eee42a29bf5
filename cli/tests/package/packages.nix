# What the flake and the package of nixscope say, where nothing is built.
let
  nixpkgs = import ./nixpkgs.nix;
  root = ../../..;
  flake = (import (root + "/flake.nix")).outputs {
    inherit nixpkgs;
    self = flake;
  };
  package = import (root + "/default.nix") { pkgs = nixpkgs.legacyPackages.x86_64-linux; };
  inFlake = flake.packages.x86_64-linux.default;
  overlaid = flake.overlays.default nixpkgs.legacyPackages.aarch64-linux { };
in
{
  inherit (package)
    builder
    cargoBuildFlags
    doCheck
    meta
    nativeBuildInputs
    pname
    version
    ;
  commands = builtins.filter builtins.isString (builtins.split "\n" package.postInstall);
  lockFile = baseNameOf package.cargoLock.lockFile;
  parts = builtins.attrNames (builtins.readDir package.src);
  isTheSame = inFlake.src == package.src && overlaid.nixscope.src == package.src;
  systems = builtins.attrNames flake.packages;
  plugin = builtins.attrNames (builtins.readDir flake.packages.x86_64-linux.neovim-plugin.src);
  shell = flake.devShells.aarch64-darwin.default.packages;
}
