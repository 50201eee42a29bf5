# A module system in a page: modules declare options and define them; what several modules say of an option is merged.
let
  inherit (builtins)
    all
    attrNames
    concatLists
    concatMap
    filter
    foldl'
    head
    isAttrs
    isFunction
    isInt
    isList
    isString
    length
    listToAttrs
    map
    sort
    ;

  # How much a definition counts: the smallest number wins.
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
  plain = 100;

  mkOption = option: option // { _type = "option"; };
  isOption = value: isAttrs value && value._type or null == "option";

  # The one value that is left when all others count less.
  one = path: values: if length values == 1 then head values else throw "the option ${path} is defined twice";

  types = {
    int = {
      check = isInt;
      merge = one;
    };
    str = {
      check = isString;
      merge = one;
    };
    # Lists of several modules are put together.
    list = {
      check = isList;
      merge = path: concatLists;
    };
  };

  # A module is a set, a function to one, or a file with one of these.
  load =
    args: module:
    let
      read = if isAttrs module || isFunction module then module else import module;
    in
    if isFunction read then read args else read;

  # What a module says of an option, as a list of none or one.
  definitionAt =
    names: definitions:
    if names == [ ] then
      [ definitions ]
    else if definitions ? ${head names} then
      definitionAt (builtins.tail names) definitions.${head names}
    else
      [ ];

  weigh =
    definition:
    if definition._type or null == "override" then
      { inherit (definition) priority content; }
    else
      {
        priority = plain;
        content = definition;
      };

  # The value of an option.
  merge =
    path: option: definitions:
    let
      default = if option ? default then [ (mkDefault option.default) ] else [ ];
      weighed = map weigh (definitions ++ default);
      first = (head (sort (a: b: a.priority < b.priority) weighed)).priority;
      values = map (it: it.content) (filter (it: it.priority == first) weighed);
    in
    if weighed == [ ] then
      throw "the option ${path} is not defined"
    else if all option.type.check values then
      option.type.merge path values
    else
      throw "the option ${path} has a value of the wrong type";

  # Sets of options, of several modules, on top of each other.
  overlay =
    a: b:
    a
    // builtins.mapAttrs (
      name: value: if a ? ${name} && isAttrs value && !isOption value then overlay a.${name} value else value
    ) b;

  evalModules =
    { modules }:
    let
      args = {
        inherit config;
        lib = { inherit mkOption mkForce mkDefault types; };
      };
      loaded = map (load args) modules;
      options = foldl' overlay { } (map (it: it.options or { }) loaded);
      definitions = map (it: it.config or (removeAttrs it [ "options" ])) loaded;

      build =
        names: options:
        listToAttrs (
          map (name: {
            inherit name;
            value =
              let
                here = names ++ [ name ];
                option = options.${name};
              in
              if isOption option then
                merge (builtins.concatStringsSep "." here) option (concatMap (definitionAt here) definitions)
              else
                build here option;
          }) (attrNames options)
        );

      config = build [ ] options;
    in
    {
      inherit config options;
    };
in
{
  inherit
    evalModules
    mkOption
    mkForce
    mkDefault
    types
    ;
}
