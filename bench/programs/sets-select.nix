# Selection: static paths of three names, names computed at run time, `or` that finds and that does not, and `?`.
let
  tree.left.right.leaf = 1;
  table = builtins.listToAttrs (builtins.genList (i: { name = "k${toString i}"; value = i; }) 64);
  keys = builtins.attrNames table;
  key = i: builtins.elemAt keys (builtins.bitAnd i 63);
  step =
    sum: i:
    sum
    + tree.left.right.leaf
    + table.${key i}
    + (tree.left.none.leaf or 2)
    + (table.k9 or 3)
    + (if tree ? left.right then 1 else 0)
    + (if table ? ${key i} then 1 else 0);
in
builtins.foldl' step 0 (builtins.genList (i: i) 250000)
