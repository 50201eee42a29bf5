# `tryEval` of what throws and of what does not, from a few calls below.
let
  deep = n: i: if n == 0 then (if builtins.bitAnd i 3 == 0 then throw "no ${toString i}" else i) else deep (n - 1) i;
  value = i: let it = builtins.tryEval (deep 3 i); in if it.success then it.value else 0;
in
builtins.foldl' (sum: i: sum + value i) 0 (builtins.genList (i: i) 40000)
