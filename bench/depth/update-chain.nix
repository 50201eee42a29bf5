# A million updates of one set, each waiting for the one before.
let
  n = 1000000;
  chain = i: if i == 0 then { a = 0; } else chain (i - 1) // { b = i; };
in
(chain n).b
