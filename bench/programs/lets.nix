# Calls of a function with many bindings of which only a few are needed.
let
  f =
    n: m:
    let
      a = n + 1;
      b = a * 2;
      unused1 = b * b;
      unused2 = [ a b unused1 ];
      unused3 = { inherit a b unused2; };
      unused4 = map (x: x + m) unused2;
      c = b + m;
      g = x: x + c;
    in
    if m < 0 then unused3 // { inherit unused4; } else g n;
in
builtins.foldl' (sum: i: sum + f i 3) 0 (builtins.genList (i: i) 300000)
