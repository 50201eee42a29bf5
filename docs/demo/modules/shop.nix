{ config, lib, ... }:
{
  options.services.shop = {
    port = lib.mkOption { type = lib.types.int; };
    workers = lib.mkOption {
      type = lib.types.int;
      default = 2;
    };
  };
  options.report = lib.mkOption { type = lib.types.str; };

  config = {
    services.shop.port = lib.mkDefault config.packages.shop.port;
    report = ''
      shop ${config.packages.shop.version} listens on ${toString config.services.shop.port} with ${toString config.services.shop.workers} workers
      proxy ${config.packages.proxy.version} forwards to ${toString config.services.proxy.upstream}
    '';
  };
}
