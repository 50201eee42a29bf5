# `match` with groups on many short strings, and `split` of one long string.
let
  numbers = builtins.genList (i: i) 12000;
  version = i: "package-name-${toString i}.${toString (i / 7)}-rc1";
  read = i: builtins.match "([a-z-]+)-([0-9]+)\\.([0-9]+)(-rc[0-9])?" (version i);
  majors = map (i: builtins.elemAt (read i) 1) numbers;
  words = builtins.split "[ ,;]+" (builtins.concatStringsSep ", " (map version numbers));
in
[ (builtins.stringLength (builtins.concatStringsSep "" majors)) (builtins.length words) ]
