# A loop: a million calls in tail position, the state forced on the way.
let
  n = 1000000;
  loop = i: sum: if i == 0 then sum else builtins.seq sum (loop (i - 1) (sum + i));
in
loop n 0
