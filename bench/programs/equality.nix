# `==` of two large nested values that are equal, share nothing, and differ at most at their end.
let
  leaf = i: { id = i; names = [ "a" "b" (toString i) ]; inner = { x = i; y = [ i (i + 1) ]; }; };
  big = last: builtins.genList leaf 40000 ++ [ last ];
in
[ (big 1 == big 1) (big 1 == big 2) ]
