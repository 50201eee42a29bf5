# A list nested a million deep is printed.
let
  n = 1000000;
  nest = builtins.foldl' (inner: _: [ inner ]) [ ];
  deep = nest (builtins.genList (i: i) n);
in
deep
