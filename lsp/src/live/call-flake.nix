# The outputs of a flake. `locked` and `named` give inputs: those of the lock file that this machine has, and those that
# a setting names. What is declared with a path relative to the flake is taken from there; the rest is missing.
{
  folder,
  locked,
  named,
}:
let
  inherit (builtins)
    attrNames
    elemAt
    filter
    functionArgs
    mapAttrs
    match
    removeAttrs
    ;

  # A flake is its outputs, and what is known of it besides.
  call =
    folder: info: inputs:
    let
      outputs = (import (folder + "/flake.nix")).outputs (inputs // { inherit self; });
      self =
        outputs
        // info
        // {
          inherit inputs outputs;
          outPath = toString folder;
          sourceInfo = info // { outPath = toString folder; };
          _type = "flake";
        };
    in
    self;

  missing = name: throw "the input '${name}' is not on this machine";

  flake = import (folder + "/flake.nix");
  declared = flake.inputs or { };
  below = name: match "(path:)?[.]/(.*)" (declared.${name}.url or "");
  relative = mapAttrs (name: _: call (folder + ("/" + elemAt (below name) 1)) { } { }) (
    removeAttrs declared (filter (name: below name == null) (attrNames declared))
  );
  wanted = removeAttrs (functionArgs flake.outputs // declared) [ "self" ];
in
(call folder { } (
  mapAttrs (name: _: missing name) wanted // named call // relative // locked { inherit call missing; }
)).outputs
