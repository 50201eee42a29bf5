{ config }:
{
  users = [ "postgres" ];
  services.database = {
    port = 5432;
    clients = builtins.filter (name: builtins.elem "database" config.services.${name}.needs) (
      builtins.attrNames config.services
    );
    needs = [ ];
  };
}
