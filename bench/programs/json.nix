# JSON written from nested values and read back, twice.
let
  item = i: {
    id = i;
    name = "item \"${toString i}\"";
    tags = [ "a" "b" i ];
    size = i * 0.5;
    inner = { inherit i; on = true; none = null; };
  };
  once = builtins.toJSON (builtins.genList item 20000);
  again = builtins.toJSON (builtins.fromJSON once);
in
[ (once == again) (builtins.stringLength again) (builtins.elemAt (builtins.fromJSON again) 77).inner.i ]
