# Lists mapped, filtered, joined, taken apart and grown at their end.
let
  numbers = builtins.genList (i: i) 60000;
  isEven = i: builtins.bitAnd i 1 == 0;
  kept = builtins.filter isEven (map (i: i * 3) numbers);
  pairs = builtins.concatMap (i: [ i (i + 1) ]) kept;
  parts = builtins.partition (i: i < 50000) pairs;
  grown = builtins.foldl' (list: i: list ++ [ i ]) [ ] (builtins.genList (i: i) 6000);
  sum = builtins.foldl' (a: b: a + b) 0;
in
[
  (sum parts.right)
  (sum parts.wrong)
  (sum grown)
  (builtins.elem (-1) pairs)
  (builtins.all (i: i >= 0) pairs)
  (builtins.length (builtins.concatLists (map (i: [ i i ]) numbers)))
]
