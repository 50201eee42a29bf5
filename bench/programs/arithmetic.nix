# Integer and float arithmetic, comparison and division, in one long strict fold.
let
  step = sum: i: (if i - i / 7 * 7 < 3 then sum + i * 3 else sum - i) - (if i / 2.0 > 1000.5 then 1 else 2);
in
builtins.foldl' step 0 (builtins.genList (i: i) 700000)
