# Strings interpolated, joined, cut, replaced, and grown at their end.
let
  numbers = builtins.genList (i: i) 50000;
  line = i: "item ${toString i}: ${if builtins.bitAnd i 1 == 0 then "even" else "odd"}\n";
  text = builtins.concatStringsSep "" (map line numbers);
  cut = builtins.foldl' (n: i: n + builtins.stringLength (builtins.substring (i * 3) 10 text)) 0 numbers;
  replaced = map (i: builtins.replaceStrings [ "item" "even" "odd" ] [ "part" "e" "o" ] (line i)) numbers;
  grown = builtins.foldl' (all: i: all + "x${toString i}") "" (builtins.genList (i: i) 8000);
in
map builtins.stringLength ([ text grown ] ++ [ (builtins.concatStringsSep "," replaced) ]) ++ [ cut ]
