//! XML written. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"builtins.toXML [ 1 2.5 true null "a<b>&\"x\ny" {} [] {a=1;b.c=[];} ]"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <int value=\"1\" />\n    <float value=\"2.5\" />\n    <bool value=\"true\" />\n    <null />\n    <string value=\"a&lt;b&gt;&amp;&quot;x&#xA;y\" />\n    <attrs>\n    </attrs>\n    <list>\n    </list>\n    <attrs>\n      <attr name=\"a\">\n        <int value=\"1\" />\n      </attr>\n      <attr name=\"b\">\n        <attrs>\n          <attr name=\"c\">\n            <list>\n            </list>\n          </attr>\n        </attrs>\n      </attr>\n    </attrs>\n  </list>\n</expr>\n""#),
    ("builtins.toXML (x: x)", r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <function>\n    <varpat name=\"x\" />\n  </function>\n</expr>\n""#),
    ("builtins.toXML [ ({ a, b ? 1, ... }@args: 1) ({b, a}: 1) (x: {y}: x) ((x: {y}: x) 1) builtins.add (builtins.add 1) ]", r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <function>\n      <attrspat ellipsis=\"1\" name=\"args\">\n        <attr name=\"a\" />\n        <attr name=\"b\" />\n      </attrspat>\n    </function>\n    <function>\n      <attrspat>\n        <attr name=\"a\" />\n        <attr name=\"b\" />\n      </attrspat>\n    </function>\n    <function>\n      <varpat name=\"x\" />\n    </function>\n    <function>\n      <attrspat>\n        <attr name=\"y\" />\n      </attrspat>\n    </function>\n    <unevaluated />\n    <unevaluated />\n  </list>\n</expr>\n""#),
    (r#"builtins.toXML { type = "derivation"; drvPath = "/d"; outPath = "/o"; a = 1; self = { type = "derivation"; drvPath = "/d"; outPath = "/o"; a = throw "x"; }; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <derivation drvPath=\"/d\" outPath=\"/o\">\n    <attr name=\"a\">\n      <int value=\"1\" />\n    </attr>\n    <attr name=\"drvPath\">\n      <string value=\"/d\" />\n    </attr>\n    <attr name=\"outPath\">\n      <string value=\"/o\" />\n    </attr>\n    <attr name=\"self\">\n      <derivation drvPath=\"/d\" outPath=\"/o\">\n        <repeated />\n      </derivation>\n    </attr>\n    <attr name=\"type\">\n      <string value=\"derivation\" />\n    </attr>\n  </derivation>\n</expr>\n""#),
    (r#"builtins.toXML { type = "derivation"; a = 1; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <derivation>\n    <repeated />\n  </derivation>\n</expr>\n""#),
    (r#"builtins.toXML { type = "other"; a = 1; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <attrs>\n    <attr name=\"a\">\n      <int value=\"1\" />\n    </attr>\n    <attr name=\"type\">\n      <string value=\"other\" />\n    </attr>\n  </attrs>\n</expr>\n""#),
    ("builtins.toXML { type = 1; a = 1; }", r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <attrs>\n    <attr name=\"a\">\n      <int value=\"1\" />\n    </attr>\n    <attr name=\"type\">\n      <int value=\"1\" />\n    </attr>\n  </attrs>\n</expr>\n""#),
    (r#"builtins.toXML { type = throw "x"; a = 1; }"#, r"… while calling the 'toXML' builtin @1:1
… while calling the 'throw' builtin @1:25
error: x"),
    (r#"builtins.toXML { type = "derivation"; drvPath = throw "x"; a = 1; }"#, r"… while calling the 'toXML' builtin @1:1
… while calling the 'throw' builtin @1:49
error: x"),
    (r#"builtins.toXML { type = "derivation"; drvPath = 1; outPath = 2; a = 1; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <derivation>\n    <repeated />\n  </derivation>\n</expr>\n""#),
    (r#"builtins.toXML { type = "derivation"; drvPath = "x"; outPath = throw "y"; a = 1; }"#, r"… while calling the 'toXML' builtin @1:1
… while calling the 'throw' builtin @1:64
error: y"),
    (r#"builtins.toXML { a = [ 1 { b = throw "x"; } ]; }"#, r"… while calling the 'toXML' builtin @1:1
… while calling the 'throw' builtin @1:32
error: x"),
    (r#"let x = { type = "derivation"; drvPath = "/d"; outPath = "/o"; me = x; }; in builtins.toXML [ x x ]"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <derivation drvPath=\"/d\" outPath=\"/o\">\n      <attr name=\"drvPath\">\n        <string value=\"/d\" />\n      </attr>\n      <attr name=\"me\">\n        <derivation drvPath=\"/d\" outPath=\"/o\">\n          <repeated />\n        </derivation>\n      </attr>\n      <attr name=\"outPath\">\n        <string value=\"/o\" />\n      </attr>\n      <attr name=\"type\">\n        <string value=\"derivation\" />\n      </attr>\n    </derivation>\n    <derivation drvPath=\"/d\" outPath=\"/o\">\n      <repeated />\n    </derivation>\n  </list>\n</expr>\n""#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.getContext (builtins.toXML { inherit s; })"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.getContext (builtins.toXML { type = "derivation"; drvPath = s; outPath = s; })"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.getContext (builtins.toXML { type = "derivation"; outPath = s; })"#, "{ }"),
    ("builtins.toXML (let f = a: b: c: d: 1; in [ f (f 1) (f 1 2) (f 1 2 3) ])", r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <function>\n      <varpat name=\"a\" />\n    </function>\n    <function>\n      <varpat name=\"b\" />\n    </function>\n    <function>\n      <varpat name=\"c\" />\n    </function>\n    <function>\n      <varpat name=\"d\" />\n    </function>\n  </list>\n</expr>\n""#),
    (r#"builtins.toXML { "a b" = 1; "<" = 2; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <attrs>\n    <attr name=\"&lt;\">\n      <int value=\"2\" />\n    </attr>\n    <attr name=\"a b\">\n      <int value=\"1\" />\n    </attr>\n  </attrs>\n</expr>\n""#),
    ("builtins.toXML (map (x: x + 1) [ 1 2 ])", r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <int value=\"2\" />\n    <int value=\"3\" />\n  </list>\n</expr>\n""#),
    (r#"builtins.toXML { __toString = _: "a"; outPath = "b"; }"#, r#""<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <attrs>\n    <attr name=\"__toString\">\n      <function>\n        <varpat name=\"_\" />\n      </function>\n    </attr>\n    <attr name=\"outPath\">\n      <string value=\"b\" />\n    </attr>\n  </attrs>\n</expr>\n""#),
    (r#"builtins.toXML (throw "x")"#, r"… while calling the 'toXML' builtin @1:1
… while calling the 'throw' builtin @1:17
error: x"),
];
