# A fold from the right, as libraries write it over a list of a million.
let
  n = 1000000;
  list = builtins.genList (i: i) n;
  foldr = f: last: let go = i: if i == n then last else f (builtins.elemAt list i) (go (i + 1)); in go 0;
in
foldr (a: b: a + b) 0
