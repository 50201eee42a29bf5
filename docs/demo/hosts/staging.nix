# Staging runs on the machine of production, beside it.
{ ... }:
{
  overlays = [ (import ../overlays/staging.nix) ];

  services.proxy.upstream = 8081;
}
