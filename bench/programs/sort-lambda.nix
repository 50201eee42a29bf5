# `sort` with a function of the program that compares a field of two sets.
let
  next = n: builtins.bitAnd (n * 1103515245 + 12345) 2147483647;
  items = builtins.genList (i: { rank = next (i * 7919); name = i; }) 60000;
  sorted = builtins.sort (a: b: a.rank < b.rank || (a.rank == b.rank && a.name < b.name)) items;
in
map (i: (builtins.elemAt sorted i).name) [ 0 1 500 20000 ]
