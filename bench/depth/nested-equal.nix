# `==` of two lists nested a million deep.
let
  n = 1000000;
  nest = builtins.foldl' (inner: _: [ inner ]) [ ];
  deep = nest (builtins.genList (i: i) n);
in
deep == nest (builtins.genList (i: i) n)
