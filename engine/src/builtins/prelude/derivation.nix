/*
  What `derivation` is: the set that stands for a build, made from the set that
  describes it.

  It is a function like any other: it can be stepped into.

  `derivationStrict` does the work, and it does all of it at once: every
  attribute is evaluated and the paths of the outputs are computed. So it is
  asked only when somebody wants a path. Until then there is a set for each
  output, with everything that can be had for nothing:

    - the attributes that were given, also together as `drvAttrs`;

    - one attribute for each output, which is that output's set, and `all`,
      the list of these sets;

    - `type`, which is always "derivation", and `outputName`;

    - `outPath` and `drvPath`, which wait for `derivationStrict`.

  The result is the set of the first output.

  Only `outputs` is needed to know the names in these sets, so it is the only
  attribute that is looked at here.

  Traces show lines of this file, and tools compare traces with those that Nix
  prints. So the expressions that a trace can stop at are written as Nix writes
  them, on the same lines; hence the length of this comment.
*/
drvAttrs@{ outputs ? [ "out" ], ... }:

let

  # Everything that costs something: `drvPath`, and a path for each output.


  strict = derivationStrict drvAttrs;

  # What the sets of all outputs have in common: what was given hides nothing that we say.
  commonAttrs = drvAttrs
    // (builtins.listToAttrs named) // {
      inherit drvAttrs;
      all = map (it: it.value) named;
    };

  # The set of one output, with its name. A trace that says that a path was computed shows these lines.
  describe = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName strict;
      drvPath = strict.drvPath;
      inherit outputName;
      type = "derivation";
    };
  };

  named       = map describe outputs;

in
(builtins.head named).value
