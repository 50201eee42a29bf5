# A loop whose state nobody forces before its end.
let
  n = 1000000;
  loop = i: sum: if i == 0 then sum else loop (i - 1) (sum + i);
in
loop n 0
