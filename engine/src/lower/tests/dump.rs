//! A lowered text, dumped.

use super::check;
use crate::ir::dump;
use crate::lower::Rules;

#[test]
fn a_dump_has_every_expression_on_a_line_of_its_own() {
    let text = "let f = { a, b ? 1, ... }@args: a - b; inherit (x) y; in\n{ z.${\"k\"} = f { }; ${w} = \"a${y}\"; } ? z.\"k k\"";
    let case = check(text, Rules::default());
    let dumped = dump::module(&case.lowered.module, &case.symbols, None);
    let expected = "\
let
  from 0 variable x
  f = function named f
    argument args
    formal a
    b ? int 1
    ...
    : call
      variable __sub
      variable a
      variable b
  inherit y from 0
  in has
    set
      z = set
        k = call
          variable f
          set
      name variable w
      = interpolation
        string \"a\"
        variable y
    .z
    .\"k k\"
";
    assert_eq!(dumped, expected);
    let placed = dump::module(&case.lowered.module, &case.symbols, Some(&case.source));
    assert!(placed.contains("    : call  @1:33-1:38 place 1:35\n"), "{placed}");
    assert!(placed.contains("    b ? int 1  @1:18-1:19 place nowhere\n"), "{placed}");
}
