{ lib, ... }:
{
  services.shop.workers = lib.mkForce 8;
}
