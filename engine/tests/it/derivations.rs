//! Derivations: their paths, what they depend on, and every way they can be wrong. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&[], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"(derivation { name="x"; builder="b"; system="s"; foo = x: x; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'foo' of derivation 'x' @1:50
error: cannot coerce a function to a string: «lambda foo @ «string»:1:56»"),
    (r#"(derivation { name="x"; builder="b"; system="s"; foo = { }; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'foo' of derivation 'x' @1:50
error: cannot coerce a set to a string: { }"),
    (r#"(derivation { name="x"; builder="b"; system="s"; foo = [ { } ]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'foo' of derivation 'x' @1:50
… while evaluating one element of the list
error: cannot coerce a set to a string: { }"),
    (r#"(derivation { name="x"; builder="b"; system="s"; args = [ { } ]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'args' of derivation 'x' @1:50
… while evaluating an element of the argument list
error: cannot coerce a set to a string: { }"),
    (r#"(derivation { name="x"; builder="b"; system="s"; args = 1; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'args' of derivation 'x' @1:50
error: expected a list but found an integer: 1"),
    (r#"(derivation { name="x"; builder="b"; system="s"; args = [ (throw "a") ]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'args' of derivation 'x' @1:50
… while calling the 'throw' builtin @1:60
error: a"),
    (r#"(derivation { name="x"; builder="b"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: required attribute 'system' missing"),
    (r#"(derivation { name="x"; system="b"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: required attribute 'builder' missing"),
    (r#"(derivation { name="x"; system=""; builder="s"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: required attribute 'system' missing"),
    (r#"(derivation { builder="b"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… in the attrset passed as argument to builtins.derivationStrict
error: attribute 'name' missing"),
    (r#"(derivation { name="a b"; builder="b"; system="s"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'a b'
  whose name attribute is located at «string»:1:15
error: invalid derivation name: name 'a b' contains illegal character ' '. Please pass a different 'name'."),
    (r#"(derivation { name=""; builder="b"; system="s"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation ''
  whose name attribute is located at «string»:1:15
error: invalid derivation name: name must not be empty. Please pass a different 'name'."),
    (r#"(derivation { name="x.drv"; builder="b"; system="s"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x.drv'
  whose name attribute is located at «string»:1:15
error: derivation names are allowed to end in '.drv' only if they produce a single derivation file"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputs = [ ]; }).drvPath"#, "… from call site @1:2
… while calling anonymous lambda @30:1
… while calling the 'head' builtin @60:2
error: 'builtins.head' called on an empty list"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputs = [ "out" "out" ]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'outputs' of derivation 'x' @1:50
error: duplicate derivation output 'out'"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputs = [ "drvPath" ]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'outputs' of derivation 'x' @1:50
error: invalid derivation output name 'drvPath'"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputs = [ "a" "b" ]; }).drvPath"#, r#""/nix/store/q3v7y0sb4r50sqjz304pq336mpw5k8y2-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "a"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: hash 'a' does not include a type, nor is the type otherwise known from context"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = ""; outputHashAlgo = "sha256"; }).drvPath"#, r#"warning: found empty hash, assuming 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
"/nix/store/zxbh8ncich5ff3gkznfkb285i6b6ld10-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = ""; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: empty hash requires explicit hash algorithm"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "recursive"; }).outPath"#, r#""/nix/store/d6q30mlzfljh7ha1b1m6fnifi34qr99p-x""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "nar"; }).drvPath"#, r#""/nix/store/ab3b9nsjxw09ddk6vmjg9isl16g32dp8-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "text"; }).drvPath"#, r#"… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'outputHashMode' of derivation 'x' @1:118
error: experimental Nix feature 'dynamic-derivations' is disabled (text-hashed derivation 'x', outputHashMode = "text"); add '--extra-experimental-features dynamic-derivations' to enable it"#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "git"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'outputHashMode' of derivation 'x' @1:118
error: experimental Nix feature 'git-hashing' is disabled; add '--extra-experimental-features git-hashing' to enable it"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "foo"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'outputHashMode' of derivation 'x' @1:118
error: invalid value 'foo' for 'outputHashMode' attribute"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputs = ["a"]; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: multiple outputs are not supported in fixed-output derivations"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashAlgo = "foo"; }).drvPath"#, r#""/nix/store/6mriq8g01dxd7k3447na9p7wn7z0ghy0-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashAlgo = "sha512"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
error: hash 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' should have type 'sha512'"),
    (r#"(derivation { name="x"; builder="b"; system="s"; outputHash = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i"; outputHashAlgo = "sha256"; }).outPath"#, r#""/nix/store/yw0sms9f6pbw7xs9kr1dvjiqgn5y9s1v-x""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __contentAddressed = true; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute '__contentAddressed' of derivation 'x' @1:50
error: experimental Nix feature 'ca-derivations' is disabled; add '--extra-experimental-features ca-derivations' to enable it"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __contentAddressed = 1; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute '__contentAddressed' of derivation 'x' @1:50
error: expected a Boolean but found an integer: 1"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __impure = true; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute '__impure' of derivation 'x' @1:50
error: experimental Nix feature 'impure-derivations' is disabled; add '--extra-experimental-features impure-derivations' to enable it"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __ignoreNulls = true; a = null; b = 1; }).drvPath"#, r#""/nix/store/niggjqqmh65f8z94y4qhsmlnh5xndd7x-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __ignoreNulls = false; a = null; b = 1; }).drvPath"#, r#""/nix/store/dlk1xq8gkbx1h22jzpmknw8nqz8pllr6-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __ignoreNulls = 1; a = null; b = 1; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating the `__ignoreNulls` attribute passed to builtins.derivationStrict
error: expected a Boolean but found an integer: 1"),
    (r#"(derivation { name="x"; builder="b"; system="s"; a = null; b = 1; c = true; d = false; e = 1.5; f = [ 1 [ ] [ 2 3 ] "x" null true ]; g = "x\ny\"z\t\\"; }).drvPath"#, r#""/nix/store/n74yvf2nhwfm7rg5w19xff8dll5qqvy8-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = true; a = null; b = 1; c = true; d = false; e = 1.5; f = [ 1 [ ] [ 2 3 ] "x" null true ]; g = "x\ny\"z\t\\"; h = { x = 1; }; }).drvPath"#, r#""/nix/store/h47pzgs9s2ifn6rgy61jh06smak0nl4f-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = true; outputs = [ "out" "dev" ]; args = [ "a" 1 ]; }).dev"#, r#"{ __structuredAttrs = true; all = [ { __structuredAttrs = true; all = «repeated»; args = [ "a" 1 ]; builder = "b"; dev = «repeated»; drvAttrs = { __structuredAttrs = true; args = «repeated»; builder = "b"; name = "x"; outputs = [ "out" "dev" ]; system = "s"; }; drvPath = "/nix/store/ym4yd9qr2gvz0i66ppz6a9nl4ix344ff-x.drv"; name = "x"; out = «repeated»; outPath = "/nix/store/g6sda1f39dr04aw4vwdr03qdrh1sndjg-x"; outputName = "out"; outputs = «repeated»; system = "s"; type = "derivation"; } «repeated» ]; args = «repeated»; builder = "b"; dev = «repeated»; drvAttrs = «repeated»; drvPath = "/nix/store/ym4yd9qr2gvz0i66ppz6a9nl4ix344ff-x.drv"; name = "x"; out = «repeated»; outPath = "/nix/store/h0ijvphf52wjnw9qwwfp4vaw4009qg2w-x-dev"; outputName = "dev"; outputs = «repeated»; system = "s"; type = "derivation"; }"#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = true; outputs = [ 1 ]; }).drvPath"#, "… from call site @1:2
… while calling anonymous lambda @30:1
… in the left operand of the update (//) operator @49:13
… in the left operand of the update (//) operator @41:9
… while calling the 'listToAttrs' builtin @41:9
… while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs @48:5
error: expected a string but found an integer: 1 @48:5"),
    (r#"(derivation { name="x"; builder="b"; system=1; __structuredAttrs = true; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'system' of derivation 'x' @1:38
error: expected a string but found an integer: 1"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = 1; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating the `__structuredAttrs` attribute passed to builtins.derivationStrict
error: expected a Boolean but found an integer: 1"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = true; allowedReferences = [ ]; a = x: x; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'a' of derivation 'x' @1:101
error: cannot convert a function to JSON @1:105"),
    (r#"(derivation { name="x"; builder="b"; system="s"; __structuredAttrs = true; allowedReferences = [ ]; maxSize = 1; maxClosureSize = 3; disallowedReferences = [ ]; allowedRequisites = [ ]; disallowedRequisites = [ ]; }).drvPath"#, r#"warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'allowedReferences'; use 'outputChecks.<output>.allowedReferences' instead
warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'allowedRequisites'; use 'outputChecks.<output>.allowedRequisites' instead
warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'disallowedReferences'; use 'outputChecks.<output>.disallowedReferences' instead
warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'disallowedRequisites'; use 'outputChecks.<output>.disallowedRequisites' instead
warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'maxClosureSize'; use 'outputChecks.<output>.maxClosureSize' instead
warning: In a derivation named 'x', 'structuredAttrs' disables the effect of the derivation attribute 'maxSize'; use 'outputChecks.<output>.maxSize' instead
"/nix/store/gy2712d990h9c8drqlghb754gw987bhh-x.drv""#),
    (r#"(derivation { name="x"; builder="b"; system="s"; __json = "{ \"b\": 1, \"a\" : 2 }"; }).drvPath"#, r#"warning: In derivation 'x': setting structured attributes via '__json' is deprecated, and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead.
"/nix/store/1kswik3xq1vkark1f5hrg67xkl46zzv9-x.drv""#),
    (r#"(derivation { name="x"; builder=./f.txt; system="s"; src = ./d; }).drvPath"#, r#""/nix/store/g242k14p7c50isffm9yw8yvi5xj9j8v0-x.drv""#),
    (r#"let d = derivation { name="x"; builder=./f.txt; system="s"; src = ./d; outputs = [ "out" "dev" ]; }; in (derivation { name="y"; builder="${d}/bin"; system="s"; a = d.dev; b = [ d d.dev ]; c = "${d.all}"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'y'
  whose name attribute is located at «string»:1:119
… while evaluating attribute 'c' of derivation 'y' @1:189
… while evaluating a path segment @1:194
error: cannot coerce a list to a string: [ «thunk» «thunk» ]"),
    (r#"let d = derivation { name="x"; builder=./f.txt; system="s"; src = ./d; outputs = [ "out" "dev" ]; }; in (derivation { name="y"; builder="${d}/bin"; system="s"; a = d.dev; b = [ d d.dev ]; }).drvPath"#, r#""/nix/store/yxi40srh25w4f34n79fiqcnvcmgilkv3-y.drv""#),
    (r#"let d = derivation { name="x"; builder=./f.txt; system="s"; }; in (derivation { name="y"; builder="a"; system="s"; a = builtins.unsafeDiscardOutputDependency d.drvPath; }).drvPath"#, r#""/nix/store/6fg356rjwjwdpfm8026alnp34027zis4-y.drv""#),
    (r#"derivation { name="x"; builder="b"; system="s"; outputs = [ "out" "dev" ]; foo = 1; }"#, r#"{ all = [ «repeated» { all = «repeated»; builder = "b"; dev = «repeated»; drvAttrs = { builder = "b"; foo = 1; name = "x"; outputs = [ "out" "dev" ]; system = "s"; }; drvPath = "/nix/store/i9qwy9fhnxd1avsllgbfqw9xci7wlxrj-x.drv"; foo = 1; name = "x"; out = «repeated»; outPath = "/nix/store/wm9ma08jgd9ja1yz38wsmwn7y0ipjxpx-x-dev"; outputName = "dev"; outputs = «repeated»; system = "s"; type = "derivation"; } ]; builder = "b"; dev = «repeated»; drvAttrs = «repeated»; drvPath = "/nix/store/i9qwy9fhnxd1avsllgbfqw9xci7wlxrj-x.drv"; foo = 1; name = "x"; out = «repeated»; outPath = "/nix/store/2kpk3si4s16s43gw6fhcm4m809mphl0i-x"; outputName = "out"; outputs = «repeated»; system = "s"; type = "derivation"; }"#),
    (r#"builtins.getContext (derivation { name="x"; builder="b"; system="s"; outputs = [ "out" "dev" ]; foo = 1; }).outPath"#, r#"{ "/nix/store/i9qwy9fhnxd1avsllgbfqw9xci7wlxrj-x.drv" = { outputs = [ "out" ]; }; }"#),
    (r#"builtins.getContext (derivation { name="x"; builder="b"; system="s"; outputs = [ "out" "dev" ]; foo = 1; }).drvPath"#, r#"{ "/nix/store/i9qwy9fhnxd1avsllgbfqw9xci7wlxrj-x.drv" = { allOutputs = true; }; }"#),
    (r#"(derivation { name="x"; builder="b"; system="s"; out = "hello"; }).drvPath"#, r#""/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv""#),
    (r#"(derivation { name=throw "a"; builder="b"; system="s"; out = "hello"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating the derivation attribute 'name' @1:15
… while evaluating the `name` attribute passed to builtins.derivationStrict
… while calling the 'throw' builtin @1:20
error: a"),
    (r#"(derivation { name="${derivation { name="x"; builder="b"; system="s"; }}"; builder="b"; system="s"; out = "hello"; }).drvPath"#, "… while calling the 'derivationStrict' builtin @37:12
… while evaluating the derivation attribute 'name' @1:15
… while evaluating the `name` attribute passed to builtins.derivationStrict
error: the string '/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x' is not allowed to refer to a store path (such as '/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv^out')"),
    ("derivation 1", "… from call site @1:1
… while evaluating the value passed for the lambda argument @30:1
error: expected a set but found an integer: 1"),
    (r#"derivation { name=1; builder="b"; system="s"; foo = throw "a"; }"#, "… while evaluating the attribute 'outPath' @50:7
… while calling the 'getAttr' builtin @50:17
… while calling the 'derivationStrict' builtin @37:12
… while evaluating the derivation attribute 'name' @1:14
… while evaluating the `name` attribute passed to builtins.derivationStrict
error: expected a string but found an integer: 1"),
    (r#"derivation { name="x"; outputs = throw "a"; }"#, "… from call site @1:1
… while calling anonymous lambda @30:1
… while calling the 'head' builtin @60:2
… while calling the 'map' builtin @57:17
… while calling the 'throw' builtin @1:34
error: a"),
    (r#"derivation { name="x"; outputs = 1; }"#, "… from call site @1:1
… while calling anonymous lambda @30:1
… while calling the 'head' builtin @60:2
… while calling the 'map' builtin @57:17
… while evaluating the second argument passed to builtins.map
error: expected a list but found an integer: 1"),
    ("derivation", "<LAMBDA>"),
    ("derivationStrict", "<PRIMOP>"),
    ("(derivation {}).drvPath", "… while calling the 'derivationStrict' builtin @37:12
… in the attrset passed as argument to builtins.derivationStrict
error: attribute 'name' missing"),
    ("derivationStrict 1", "… while calling the 'derivationStrict' builtin @1:1
… while evaluating the argument passed to builtins.derivationStrict
error: expected a set but found an integer: 1"),
    (r#"derivationStrict { name="x"; builder="b"; system="s"; outputs = [ "out" "dev" ]; foo = 1; }"#, r#"{ dev = "/nix/store/wm9ma08jgd9ja1yz38wsmwn7y0ipjxpx-x-dev"; drvPath = "/nix/store/i9qwy9fhnxd1avsllgbfqw9xci7wlxrj-x.drv"; out = "/nix/store/2kpk3si4s16s43gw6fhcm4m809mphl0i-x"; }"#),
    (r#"builtins.toFile "x" "${derivation { name="x"; builder="b"; system="s"; }}""#, "… while calling the 'toFile' builtin @1:1
error: files created by builtins.toFile may not reference derivations, but x references !out!5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv"),
    (r#"import (derivation { name="x"; builder="b"; system="s"; })"#, "… while calling the 'import' builtin @1:1
… while realising the context of path '/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x'
error: path '5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv' is not valid"),
    (r#"import (derivation { name="x"; builder="b"; system="s"; }).drvPath"#, "… while calling the 'import' builtin @1:1
… while realising the context of path '/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv'
error: path '5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv' is not valid"),
    (r#"builtins.readFile "${derivation { name="x"; builder="b"; system="s"; }}/foo""#, "… while calling the 'readFile' builtin @1:1
… while realising the context of path '/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x/foo'
error: path '5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv' is not valid"),
    (r#"builtins.pathExists (derivation { name="x"; builder="b"; system="s"; })"#, "… while calling the 'pathExists' builtin @1:1
… while realising the context of path '/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x'
error: path '5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv' is not valid"),
    (r#"(import <nix/fetchurl.nix> { url = "http://foo/bar.tar.gz"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }).drvPath"#, r#""/nix/store/xd3dq0h5iza3z3m15swjmyilk5fyln9j-bar.tar.gz.drv""#),
    (r#"(import <nix/fetchurl.nix> { url = "http://foo/bar.tar.gz"; sha256 = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i"; executable = true; }).drvPath"#, r#""/nix/store/70k81w6hmn0if2v7yhjv9qfmg9rk6n2d-bar.tar.gz.drv""#),
    (r#"(import <nix/fetchurl.nix> { url = "http://foo/bar.tar.gz"; }).drvPath"#, r#"warning: found empty hash, assuming 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
"/nix/store/a87cmki50q147b356fyck3j4panxd9qq-bar.tar.gz.drv""#),
    (r#""${derivation { name="x"; builder="b"; system="s"; foo = throw "a"; }}""#, "… while calling the 'getAttr' builtin @50:17
… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:17
… while evaluating attribute 'foo' of derivation 'x' @1:52
… while calling the 'throw' builtin @1:58
error: a"),
    (r#"(derivation { name="x"; builder="b"; system="s"; foo = let x = x; in x; }).outPath"#, "… while calling the 'getAttr' builtin @50:17
… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:15
… while evaluating attribute 'foo' of derivation 'x' @1:50
error: infinite recursion encountered @1:64"),
    (r#"let d = derivation { name="x"; builder="b"; system="s"; foo = d; }; in d.outPath"#, "… while calling the 'getAttr' builtin @50:17
… while calling the 'derivationStrict' builtin @37:12
… while evaluating derivation 'x'
  whose name attribute is located at «string»:1:22
… while evaluating attribute 'foo' of derivation 'x' @1:57
error: infinite recursion encountered"),
    (r#"builtins.unsafeGetAttrPos "outPath" (derivation { name="x"; })"#, r#"{ column = 7; file = "/derivation-internal.nix"; line = 50; }"#),
];
