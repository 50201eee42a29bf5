# Names found through `with`, in the inner set, in the outer one behind it, and beside variables of the same name.
let
  outer = { one = 1; two = 2; three = 3; deep = { four = 4; five = 5; }; };
  f = i: with outer; with deep; i + one + two + four + five + three;
in
builtins.foldl' (sum: i: sum + f i) 0 (builtins.genList (i: i) 300000)
