# A module system in a few lines: each module is a function of the whole configuration and gives a part of it.
{ modules ? [ ./web.nix ./database.nix ./backup.nix ] }:

let
  inherit (builtins) attrNames concatStringsSep elem foldl' isAttrs isList mapAttrs toJSON;

  # Two parts become one: sets are merged, lists joined, anything else must agree.
  merge = path: a: b:
    if isAttrs a && isAttrs b then
      a // mapAttrs (name: v: if a ? ${name} then merge "${path}.${name}" a.${name} v else v) b
    else if isList a && isList b then
      a ++ b
    else if a == b then
      a
    else
      throw "${path} is ${toJSON a} in one module and ${toJSON b} in another";

  # What the modules give, and what they may look at: the same set.
  config = foldl' (merge "config") { } (map (module: import module { inherit config; }) modules);

  # A service comes after what it needs.
  visit = done: name:
    if elem name done then done else foldl' visit done config.services.${name}.needs ++ [ name ];

  line = name: "${name} on ${toString config.services.${name}.port}";
in
{
  inherit (config) services users;
  order = foldl' visit [ ] (attrNames config.services);
  report = concatStringsSep "\n" (map line (foldl' visit [ ] (attrNames config.services)));
}
