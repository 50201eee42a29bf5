# `sort` with the builtin `lessThan`, on integers and on strings.
let
  next = n: builtins.bitAnd (n * 1103515245 + 12345) 2147483647;
  shuffled = map (it: it.key) (
    builtins.genericClosure {
      startSet = [ { key = 42; n = 0; } ];
      operator = it: if it.n < 60000 then [ { key = next it.key; n = it.n + 1; } ] else [ ];
    }
  );
  sorted = builtins.sort builtins.lessThan shuffled;
  words = builtins.sort builtins.lessThan (map toString shuffled);
in
[ (builtins.head sorted) (builtins.elemAt sorted 5000) (builtins.head words) (builtins.elemAt words 5000) ]
