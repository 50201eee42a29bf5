{
  description = "A shop and its proxy, and the machines they run on";

  inputs.fleet.url = "path:./fleet";

  outputs =
    { self, fleet }:
    let
      machine =
        { name, overlays }:
        fleet.lib.evalModules {
          modules = [
            ./modules/packages.nix
            ./modules/shop.nix
            ./modules/proxy.nix
            ./hosts/${name}.nix
            { inherit overlays; }
          ];
        };
    in
    {
      overlays.staging = import ./overlays/staging.nix;

      machines.production = machine {
        name = "production";
        overlays = [ ];
      };
      machines.staging = machine {
        name = "staging";
        overlays = [ self.overlays.staging ];
      };

      reports = builtins.mapAttrs (_: machine: machine.config.report) self.machines;
    };
}
