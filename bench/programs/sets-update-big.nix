# `//` of one name onto a set of ten thousand, read after each, as overlays do it with a package set.
let
  big = builtins.listToAttrs (builtins.genList (i: { name = "package${toString i}"; value = i; }) 10000);
  name = i: "package${toString (i * 37)}";
  add = set: i: let next = set // { ${name i} = i; }; in builtins.seq next.${name (i / 2)} next;
  all = builtins.foldl' add big (builtins.genList (i: i) 1500);
in
[ (builtins.length (builtins.attrNames all)) (builtins.foldl' (sum: it: sum + it) 0 (builtins.attrValues all)) ]
