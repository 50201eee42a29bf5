# A small module system: options with defaults and merges, definitions that read the merged result, to a fixed point.
let
  inherit (builtins) concatMap attrNames foldl' genList;
  merge = {
    list = foldl' (a: b: a ++ b) [ ];
    sum = foldl' (a: b: a + b) 0;
    last = foldl' (_: b: b) null;
    set = foldl' (a: b: a // b) { };
  };
  evaluate =
    modules:
    let
      parts = map (m: m { inherit config; }) modules;
      options = foldl' (a: part: a // (part.options or { })) { } parts;
      definitions = builtins.zipAttrsWith (_: found: found) (map (part: part.config or { }) parts);
      value = name: option: if definitions ? ${name} then merge.${option.type} definitions.${name} else option.default;
      config = builtins.mapAttrs value options;
    in
    config;
  service = i: { config }: {
    options = {
      "enable${toString i}" = { type = "last"; default = builtins.bitAnd i 1 == 0; };
      "port${toString i}" = { type = "sum"; default = 1000 + i; };
    };
    config =
      if i == 0 then
        { packages = [ "base" ]; }
      else
        {
          packages = if config."enable${toString (i - 1)}" then [ "service${toString i}" ] else [ ];
          files."etc/${toString i}".text = "port ${toString config."port${toString i}"}";
          "port${toString i}" = if builtins.bitAnd i 3 == 0 then config."port${toString (i - 1)}" else i;
        };
  };
  core = _: {
    options = {
      packages = { type = "list"; default = [ ]; };
      files = { type = "set"; default = { }; };
    };
  };
  run = n: evaluate ([ core ] ++ genList service n);
  texts = config: concatMap (name: [ config.files.${name}.text ]) (attrNames config.files);
in
map (
  n:
  let
    config = run n;
  in
  [ (builtins.length config.packages) (builtins.hashString "sha256" (builtins.concatStringsSep "\n" (texts config))) ]
) [ 500 1000 1500 2000 ]
