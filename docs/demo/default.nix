# What `nix eval .#reports` sees, without flakes: the outputs, applied to the inputs, which lie beside them.
let
  fleet = (import ./fleet/flake.nix).outputs { self = fleet; };
  self = (import ./flake.nix).outputs { inherit self fleet; };
in
self
