{ config }:
{
  users = [ "www" ];
  services.web = {
    port = 8080;
    hosts = map (name: "${name}.example.org") [ "www" "static" ];
    # Nobody computes the database's port before somebody asks for this.
    database = "localhost:${toString config.services.database.port}";
    needs = [ "database" ];
  };
}
