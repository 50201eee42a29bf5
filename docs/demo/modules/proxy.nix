{ config, lib, ... }:
{
  options.services.proxy.upstream = lib.mkOption {
    type = lib.types.int;
    default = 8080;
  };
}
