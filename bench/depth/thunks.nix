# A chain of a million suspended additions, each waiting for the one before: a lazy fold, forced at its end.
let
  n = 1000000;
  step = state: i: { sum = state.sum + i; };
in
(builtins.foldl' step { sum = 0; } (builtins.genList (i: i) n)).sum
