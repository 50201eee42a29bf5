# `genericClosure` over a graph in which each of many nodes is reached several times.
let
  n = 60000;
  wrap = i: i - i / n * n;
  next = i: map (k: { key = wrap k; }) [ (i * 2 + 1) (i * 3 + 2) (i + 5) ];
in
builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = it: next it.key; })
