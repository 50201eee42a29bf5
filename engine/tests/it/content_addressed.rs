//! Derivations whose outputs are known by their content. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&["ca-derivations", "impure-derivations", "dynamic-derivations"], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"(derivation { name="x"; builder="b"; system="s"; __contentAddressed = true; outputs = ["a" "b"]; }).drvPath"#, r#""/nix/store/m4qa9xxn0n30rgh865dr3wky88hwivhz-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __contentAddressed = true; }).outPath"#, r#""/07gq26iaq79bs18yrrh0q6ph1d0zabbz02f841iap7cygg6085b9""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __impure = true; }).drvPath"#, r#""/nix/store/c3fqn3hwdyxmxm19ljy3wvq96qabrv66-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __impure = true; __contentAddressed = true; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: derivation cannot be both content-addressed and impure"),
    (r#"(derivation { name="y"; builder="b"; system="s"; a = derivation { name="x"; builder="b"; system="s"; __contentAddressed = true; }; }).drvPath"#, r#""/nix/store/s1qjrgmf3b12binzya4d78lcp12zz6s7-y.drv""#),
    (r#"(derivation { name="y"; builder="b"; system="s"; a = derivation { name="x"; builder="b"; system="s"; __contentAddressed = true; }; }).outPath"#, r#""/1srcl60877bl2akyybp9avj10gg8m56izg4v3wlswkq0dylzsb8m""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "text"; }).drvPath"#, r#""/nix/store/hprm4drifc0cc385chyjzqc9xa2kjv00-x.drv""#),
    (r#"(derivation { name="x.drv"; builder="b"; system="s"; __contentAddressed = true; outputHashMode = "text"; }).drvPath"#, r#""/nix/store/d42v0xqcwz4zv165780idxc2wp3j9qmy-x.drv.drv""#),
];
