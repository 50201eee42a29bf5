# Functions that return functions: curried adders composed into chains, each link keeping its variables alive.
let
  compose = f: g: x: f (g x);
  add = a: b: a + b;
  chain = n: builtins.foldl' (f: i: compose (add i) f) (x: x) (builtins.genList (i: i) n);
in
builtins.foldl' (sum: i: sum + chain 30 i) 0 (builtins.genList (i: i) 16000)
