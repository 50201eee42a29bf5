{ config }:
{
  users = [ "backup" ];
  services.backup = {
    port = config.services.database.port + 1;
    # Whatever there is, besides itself.
    needs = builtins.filter (name: name != "backup") (builtins.attrNames config.services);
  };
}
