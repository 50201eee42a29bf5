# What `import` of a derivation's file gives: the set of its first output, like those that `derivation` makes.
drv:

let
  common = builtins.listToAttrs outputs // {
    inherit (drv) drvPath name;
    type = "derivation";
    all = map (output: output.value) outputs;
  };

  outputs = map (outputName: {
    name = outputName;
    value = common // {
      inherit outputName;
      outPath = drv.${outputName};
    };
  }) drv.outputs;
in

(builtins.head outputs).value
