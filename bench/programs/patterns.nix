# Calls with set patterns: all names given, defaults that read other arguments, an ellipsis with a name, and `callPackage`.
let
  exact = { a, b, c }: a + b + c;
  defaults = { a, b ? a + 1, c ? b + 1, ... }@all: a + b + c + (all.d or 0);
  scope = { a = 1; b = 2; c = 3; d = 4; e = 5; };
  fill = f: more: f (builtins.intersectAttrs (builtins.functionArgs f) scope // more);
  step = sum: i: sum + exact { a = i; b = 1; c = 2; } + defaults { a = i; d = 1; } + fill exact { b = i; };
in
builtins.foldl' step 0 (builtins.genList (i: i) 150000)
