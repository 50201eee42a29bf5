# Which packages there are: some of our own, with overlays laid over them.
{ config, lib, ... }:
let
  own = final: {
    shop = {
      version = "1.4";
      port = 8080;
      # The address others reach it under.
      address = "localhost:${toString final.shop.port}";
    };
    proxy.version = "2.0";
  };

  extend =
    below: overlay: final:
    let
      prev = below final;
    in
    prev // overlay final prev;

  fix =
    f:
    let
      final = f final;
    in
    final;
in
{
  options = {
    overlays = lib.mkOption {
      type = lib.types.list;
      default = [ ];
    };
    packages = lib.mkOption { type.check = builtins.isAttrs; type.merge = _: builtins.head; };
  };

  config.packages = fix (builtins.foldl' extend own config.overlays);
}
