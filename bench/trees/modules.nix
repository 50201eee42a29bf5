# `evalModules` of nixpkgs' library over many modules of usual types, where TREE is a checkout of
# nix-community/nixpkgs.lib. MODULES says how many, 400 without it.
let
  lib = import (/. + builtins.getEnv "TREE" + "/lib");
  inherit (lib) mkDefault mkEnableOption mkIf mkMerge mkOption optional types;
  asked = builtins.getEnv "MODULES";
  n = if asked == "" then 400 else lib.toInt asked;

  shared.options = {
    users = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = {
              home = mkOption { type = types.path; default = "/home/${name}"; };
              groups = mkOption { type = types.listOf types.str; default = [ ]; };
              shell = mkOption { type = types.nullOr types.str; default = null; };
            };
          }
        )
      );
    };
    units = mkOption { type = types.attrsOf types.lines; default = { }; };
    openPorts = mkOption { type = types.listOf types.port; default = [ ]; };
  };

  daemon =
    i:
    { config, ... }:
    let
      name = "daemon${toString i}";
      self = config.daemons.${name};
    in
    {
      options.daemons.${name} = {
        enable = mkEnableOption "the daemon ${name}";
        port = mkOption { type = types.either types.port types.str; default = 2000 + i; };
        level = mkOption { type = types.enum [ "quiet" "usual" "all" ]; default = "usual"; };
        extra = mkOption { type = types.attrsOf (types.oneOf [ types.bool types.int types.str ]); default = { }; };
      };
      config = mkMerge [
        { daemons.${name}.enable = mkDefault (lib.mod i 3 != 0); }
        (mkIf self.enable {
          users.${name}.groups = [ "daemons" ] ++ optional (lib.mod i 5 == 0) "network";
          units."${name}.service" = "level ${self.level}";
          openPorts = [ self.port ];
          daemons.${name}.extra = { workers = i; verbose = self.level == "all"; };
        })
        (mkIf (i > 0) { units."daemon${toString (i - 1)}.service" = "before ${name}"; })
      ];
    };

  inherit (lib.evalModules { modules = [ shared ] ++ lib.genList daemon n; }) config;
in
{
  users = builtins.length (builtins.attrNames config.users);
  digest = builtins.hashString "sha256" (builtins.toJSON config);
}
