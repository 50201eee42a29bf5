# `//` on sets of a few names, as package functions do it with their arguments.
let
  base = { name = "a"; version = 1; doCheck = false; inputs = [ ]; };
  make = i: base // { version = i; } // (if builtins.bitAnd i 1 == 0 then { doCheck = true; extra = i; } else { });
in
builtins.foldl' (sum: i: let it = make i; in sum + it.version + (it.extra or 0)) 0 (builtins.genList (i: i) 300000)
