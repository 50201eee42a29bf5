# Sets made in every way: literals with a few names, listToAttrs, mapAttrs, groupBy and zipAttrsWith.
let
  numbers = builtins.genList (i: i) 40000;
  points = map (i: { x = i; y = i + 1; name = "p${toString i}"; inherit i; }) numbers;
  named = builtins.listToAttrs (map (it: { inherit (it) name; value = it; }) points);
  moved = builtins.mapAttrs (_: it: rec { x = it.x + 1; y = x + it.y; }) named;
  grouped = builtins.groupBy (it: toString (it.x - it.x / 100 * 100)) points;
  zipped = builtins.zipAttrsWith (_: builtins.length) points;
in
[
  (builtins.foldl' (sum: it: sum + it.x + it.y) 0 (builtins.attrValues moved))
  (builtins.length (builtins.attrNames grouped))
  zipped
]
