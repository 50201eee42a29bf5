//! What is known of options that the types of other options hold, as somebody types definitions of them.

use std::sync::Arc;

use crate::ide;
use crate::state::{Snapshot, Sync};

use super::tests::Workspace;
use super::{Live, job, leads, members};

/// The least that has types as nixpkgs' library has them.
const LIB: &str = r#"//- /pkgs/top-level/default.nix
1
//- /default.nix
{ }: { }
//- /lib/modules.nix
{ }
//- /lib/default.nix
rec {
  mkIf = c: v: v;
  mkDefault = v: v;
  mkOption = o: o // { _type = "option"; };
  evalModules = { modules, ... }: let
    sets = map (m: let it = if builtins.isPath m then import m else m; in
      if builtins.isFunction it then it { inherit lib config; } else it) modules;
    lib = import ./.;
    merge = a: b: a // builtins.mapAttrs (n: v: if a ? ${n} && !(v ? _type) then merge a.${n} v else v) b;
    declare = path: s: builtins.mapAttrs (n: v:
      if v ? _type then v // { declarationPositions = [ (builtins.unsafeGetAttrPos n s) ]; } else declare path v) s;
    options = builtins.foldl' (a: m: merge a (declare [ ] (m.options or { }))) { } sets;
    config = { _module.freeformType = (builtins.foldl' (a: m: a // m) { } sets).freeformType or null; };
  in { inherit options config; extendModules = null; };
  types = rec {
    leaf = name: { inherit name; description = name; getSubOptions = _: { }; nestedTypes = { }; };
    of = name: t: leaf name // { getSubOptions = p: t.getSubOptions (p ++ [ "*" ]); nestedTypes.elemType = t; };
    str = leaf "str";
    attrsOf = of "attrsOf";
    listOf = of "listOf";
    nullOr = of "nullOr";
    functionTo = of "functionTo";
    either = a: b: leaf "either" // { nestedTypes = { left = a; right = b; }; };
    coercedTo = a: f: b: leaf "coercedTo" // { nestedTypes = { coercedType = a; finalType = b; }; getSubOptions = b.getSubOptions; };
    submodule = m: let it = evalModules { modules = [ m ]; }; free = it.config._module.freeformType; in leaf "submodule" // {
      getSubOptions = _: it.options // (if free == null then { } else { _freeformOptions = free.getSubOptions [ ]; });
      nestedTypes = if free == null then { } else { freeformType = free; };
    };
  };
}
"#;

/// A module with options of all kinds, and definitions at the end.
const MODULE: &str = r#"{ config, lib, ... }: {
  options.web = let
    inherit (lib) mkOption types;
    port = { options.port = mkOption { type = types.str; description = "Where it *listens*."; }; };
    site = { config, ... }: {
      options.root = mkOption { type = types.str; };
      options.tls.key = mkOption { type = types.str; };
      options.paths = mkOption { type = types.attrsOf (types.submodule port); };
    };
    open = { freeformType = types.attrsOf (types.submodule port); options.level = mkOption { type = types.str; }; };
  in {
    one = mkOption { type = types.submodule site; };
    named = mkOption { type = types.attrsOf (types.submodule site); };
    listed = mkOption { type = types.listOf (types.submodule port); };
    maybe = mkOption { type = types.nullOr (types.submodule port); };
    some = mkOption { type = types.either types.str (types.either (types.attrsOf (types.submodule port)) (types.submodule site)); };
    forced = mkOption { type = types.coercedTo types.str (x: x) (types.submodule port); };
    made = mkOption { type = types.functionTo (types.submodule port); };
    free = mkOption { type = types.submodule open; };
    text = mkOption { type = types.str; };
  };
  config = { };
}
"#;

/// The workspace after the module was evaluated, with definitions typed into it; and where the cursor is.
fn typed(it: &Workspace, definitions: &str) -> (Arc<Snapshot>, String, u32) {
    let text = MODULE.replace("config = { };", &format!("config = {{ {definitions} }};"));
    let offset = text.find('|').expect("a cursor") as u32;
    let (path, uri) = it.name("nixos/a.nix");
    it.state.sync(Sync::Open { uri: uri.clone(), path: Some(path), version: 2, text: text.replacen('|', "", 1) });
    (it.state.snapshot(), uri, offset)
}

fn evaluated() -> Workspace {
    let it = Workspace::new(&format!("{LIB}//- /nixos/a.nix\n{MODULE}"));
    let (path, uri) = it.name("nixos/a.nix");
    it.state.sync(Sync::Open { uri: uri.clone(), path: Some(path), version: 1, text: MODULE.to_owned() });
    let now = it.state.snapshot();
    let text = job::run(&now, &uri, &Live::default()).expect("it was not interrupted");
    assert_eq!(text.why, None, "{:?}", text.entry);
    now.live.keep(text, 1 << 30);
    it
}

/// The names of options that may be defined at the cursor, and the types of the first one.
fn check(it: &Workspace, definitions: &str, expected: &str) {
    let (now, uri, offset) = typed(it, definitions);
    let open = now.open(&uri).expect("it is open");
    let mut found = ide::completion(open.document(), &*now, offset);
    members::extend(&now, open, &mut found, "");
    let labels: Vec<&str> = found.items.iter().map(|it| it.label.as_str()).filter(|it| *it != "inherit").collect();
    assert_eq!(labels.join(" "), expected, "{definitions}");
}

#[test]
fn options_inside_of_types() {
    let it = evaluated();
    for (definitions, expected) in [
        ("|", "web"),
        ("web.|", "forced free listed made maybe named one some text"),
        ("web.one.|", "paths root tls"),
        ("web.one = { r| };", "paths root tls"),
        ("web.one.tls.|", "key"),
        ("web.one = { config.tls = { | }; };", "key"),
        ("web.one = { config, ... }: { | };", "paths root tls"),
        ("web.named.|", ""),
        ("web.named.\"example.org\".|", "paths root tls"),
        ("web.named = { x = { |root = 1; }; };", "paths root tls"),
        ("web.named.${config.x} = lib.mkIf true { tls = { | }; };", "key"),
        ("web.named.x.paths.y = { | };", "port"),
        ("web = { named = { x.paths.\"/\".| }; };", "port"),
        ("web.named = lib.mapAttrs (n: v: { | }) { };", "paths root tls"),
        ("web.listed = [ { | } ];", "port"),
        ("web.listed = [ { port = 1; } { p| } ];", "port"),
        ("web.listed = map (n: { | }) [ ];", "port"),
        ("web.listed = { | };", ""),
        ("web.maybe.|", "port"),
        ("web.some.x.|", "port"),
        ("web.some.tls.|", "port key"),
        ("web.some = { | };", "paths root tls"),
        ("web.forced.|", "port"),
        ("web.made = x: { | };", "port"),
        ("web.free.|", "level"),
        ("web.free.x.|", "port"),
        ("web.text.|", ""),
        ("web.text = f { | };", ""),
        ("x.|", ""),
    ] {
        check(&it, definitions, expected);
    }
}

#[test]
fn options_say_what_they_are() {
    let it = evaluated();
    let (now, uri, offset) = typed(&it, "web.named.x.paths.y.p|ort = 1;");
    let open = now.open(&uri).expect("it is open");
    let (said, range) = leads::documentation(&now, open, offset).expect("it says something");
    assert_eq!((said.as_str(), range.end - range.start), ("Where it *listens*.\n\n*Type:* str", 4));
    let found = leads::definition(&now, open, offset).expect("it leads somewhere");
    let first = found.locations.first().expect("a place");
    let text = &open.text.as_str()[first.focus.start as usize..first.focus.end as usize];
    assert_eq!((text, first.focus.start as usize), ("port", MODULE.find("port = mkOption").expect("it is there")));
    let mut offered = ide::completion(open.document(), &*now, offset);
    let origin = members::extend(&now, open, &mut offered, "").expect("it is known");
    assert_eq!(members::about(&now, &origin, "port"), Some(said));
    assert_eq!(offered.items.iter().find(|it| it.label == "port").map(|it| it.detail.as_str()), Some("str"));
}
