{
  description = "An evaluator, a debugger and a language server for Nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
      eachSystem = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = eachSystem (pkgs: {
        default = import ./default.nix { inherit pkgs; };
        neovim-plugin = pkgs.vimUtils.buildVimPlugin {
          name = "nixscope";
          src = ./editors/neovim;
        };
      });

      overlays.default = final: _: {
        nixscope = import ./default.nix { pkgs = final; };
      };

      # What `.ci/run` and the tests of the editors need.
      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = [
            pkgs.clippy
            pkgs.nodejs
            pkgs.python3
            pkgs.rustfmt
          ];
        };
      });
    };
}
