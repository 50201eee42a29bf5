# A list in which each of a million elements needs the one before it.
let
  n = 1000000;
  list = builtins.genList (i: if i == 0 then 0 else 1 + builtins.elemAt list (i - 1)) n;
in
builtins.elemAt list (n - 1)
