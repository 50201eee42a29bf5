# A call that waits for a call, a million deep.
let
  n = 1000000;
  sum = i: if i == 0 then 0 else 1 + sum (i - 1);
in
sum n
