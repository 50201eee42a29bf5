//! Workspaces on disk, and what evaluating a file of them gives: by which entry, and what a place is.

use std::path::Path;
use std::sync::Arc;

use crate::state::{Snapshot, State, Sync};

use super::{Live, LiveText, Why, job};

/// A workspace with these files, each `/path` and its text.
pub(crate) struct Workspace {
    folder: tempfile::TempDir,
    pub(crate) state: State,
}

impl Workspace {
    pub(crate) fn new(files: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files.split("//- /").skip(1) {
            let (path, text) = file.split_once('\n').expect("a path and a text");
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let state = State::default();
        let root = folder.path().to_str().expect("a path").to_owned();
        state.update(|now| now.roots = Arc::new(vec![root]));
        Self { folder, state }
    }

    pub(crate) fn path(&self, path: &str) -> String {
        self.folder.path().join(path).to_str().expect("a path").to_owned()
    }

    /// The path of a file, and what the protocol calls it.
    pub(super) fn name(&self, path: &str) -> (String, String) {
        let path = self.path(path);
        let uri = format!("file://{path}");
        (path, uri)
    }

    /// Opens a file with this text.
    pub(crate) fn show(&self, path: &str, text: String) -> String {
        let (path, uri) = self.name(path);
        self.state.sync(Sync::Open { uri: uri.clone(), path: Some(path), version: 1, text });
        uri
    }

    pub(super) fn open(&self, path: &str) -> LiveText {
        self.open_in(path, &Live::default())
    }

    pub(super) fn open_in(&self, path: &str, live: &Live) -> LiveText {
        let text = std::fs::read_to_string(self.path(path)).expect("a file");
        let uri = self.show(path, text);
        let now: Arc<Snapshot> = self.state.snapshot();
        // A document that waits for its turn would be taken to have changed.
        while live.take().is_some() {}
        job::run(&now, &uri, live).expect("it was not interrupted")
    }
}

/// By what it was run, and what places were: each as its text is written first.
fn check(files: &str, open: &str, entry: &str, values: &[(&str, &str)]) {
    let live = Workspace::new(files).open(open);
    let label = live.entry.as_ref().map(|it| format!("{} {}", it.kind.name(), it.label)).unwrap_or_default();
    assert_eq!(label, entry, "{files}: {:?} {:?}", live.why, live.entries);
    let text = live.text.as_str();
    for (place, value) in values {
        let start = text.find(place).expect("it is there") as u32;
        let range = (start, start + place.len() as u32);
        let seen = live.seen.iter().find(|it| (it.start, it.end) == range);
        assert_eq!(seen.map(|it| &*it.text), Some(*value), "{place} in {text}\n{:?}", live.why);
    }
}

#[test]
fn by_itself() {
    check("//- /a.nix\n{ a = 1 + 1; }", "a.nix", "file the file itself", &[("1 + 1", "2")]);
    check("//- /a.nix\n{ x ? 1 }: x + 1", "a.nix", "file the file itself", &[("x + 1", "2")]);
    let live = Workspace::new("//- /a.nix\n{ x }: x + 1").open("a.nix");
    assert_eq!(live.why, Some(Why::WantsArguments));
}

#[test]
fn by_who_names_it() {
    let files =
        "//- /default.nix\nlet lib = { one = import ./a.nix { x = 1; }; }; in lib\n//- /a.nix\n{ x }: { y = x + 1; }";
    check(files, "a.nix", "importer default.nix", &[("x + 1", "2")]);
    let files = "//- /default.nix\n{ n ? 3 }: { two = import ./b { inherit n; }; }\n//- /b/default.nix\n{ n }: import ./c.nix { x = n; }\n//- /b/c.nix\n{ x }: { y = x + 1; }";
    check(files, "b/c.nix", "importer b/default.nix by default.nix", &[("x + 1", "4")]);
}

#[test]
fn by_who_names_it_elsewhere() {
    let files = "//- /hosts/one.nix\n{ all = [ (import ../parts/a.nix { x = 5; }) ]; }\n//- /parts/a.nix\n{ x }: { y = x + 1; }";
    check(files, "parts/a.nix", "importer hosts/one.nix", &[("x + 1", "6")]);
}

#[test]
fn by_a_package_set() {
    let set = "//- /default.nix\n{ }: let call = f: a: f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // a); \
               pkgs = { n = 5; lib = import ./lib; callPackage = p: call (import p); hello = pkgs.callPackage ./pkgs/by-name/he/hello/package.nix { }; }; in pkgs\n\
               //- /lib/default.nix\n{ twice = x: x * 2; }\n//- /pkgs/top-level/default.nix\n1\n";
    let package = format!("{set}//- /pkgs/by-name/he/hello/package.nix\n{{ lib, n }}: {{ size = lib.twice n; }}");
    check(
        &package,
        "pkgs/by-name/he/hello/package.nix",
        "importer default.nix",
        &[("lib.twice n", "10"), ("size", "10")],
    );
    let other = format!("{set}//- /pkgs/tools/a.nix\n{{ lib, n }}: {{ size = lib.twice n; }}");
    check(&other, "pkgs/tools/a.nix", "package callPackage", &[("lib.twice n", "10")]);
}

/// A package set that reads what lies in `parts` by a path that is written nowhere.
const SET: &str = r#"//- /default.nix
{ overlays ? [ ] }: let
  parts = map (name: import (./parts + ("/" + name)) { lib = 1; }) (builtins.attrNames (builtins.readDir ./parts));
  call = set: f: given: let it = if builtins.isPath f then import f else f; has = builtins.functionArgs it; in
    if builtins.all (n: has.${n} || given ? ${n} || set ? ${n}) (builtins.attrNames has)
    then it (builtins.intersectAttrs has set // given) else throw "an argument is missing";
  final = builtins.foldl' (prev: f: prev // f final prev) { } (parts ++ [ base ] ++ overlays);
  base = final: prev: {
    n = 5;
    callPackage = call final;
    inner = { m = 6; callPackage = call (final // final.inner); };
    extend = f: import ./. { overlays = overlays ++ [ f ]; };
  };
in final
//- /parts/a.nix
{ ... }: final: prev: { a = final.n + 1; more = final.callPackage ../more/b.nix { }; }
//- /lib/default.nix
{ }
//- /pkgs/top-level/default.nix
1
//- /more/b.nix
import ./c.nix { x = 2; }
//- /more/c.nix
{ x }: { n }: { y = x + n; }
//- /more/d.nix
{ n, nowhere }: { y = n + 1; z = nowhere + 1; }
//- /pkgs/by-name/in/inner/more/e.nix
{ m, n, nowhere }: { y = m + n; }
//- /more/overlay.nix
final: prev: { n = prev.n + 10; twice = final.n * 2; }
"#;

#[test]
fn by_what_a_package_set_does() {
    check(SET, "parts/a.nix", "package the package set", &[("final.n + 1", "6")]);
    let label = "importer parts/a.nix by the package set";
    check(SET, "more/b.nix", label, &[("import ./c.nix { x = 2; }", "{ n }: … at c.nix:1:8")]);
    check(SET, "more/d.nix", "package callPackage with what there is", &[("n + 1", "6")]);
    check(SET, "pkgs/by-name/in/inner/more/e.nix", "package inner.callPackage with what there is", &[("m + n", "11")]);
    check(SET, "more/overlay.nix", "package overlay", &[("prev.n + 10", "15"), ("final.n * 2", "30")]);
    let live = Workspace::new(SET).open("more/d.nix");
    assert_eq!((live.findings.len(), live.why), (0, None), "what is absent is no fault");
}

/// The least that looks like modules.
const LIB: &str = "//- /pkgs/top-level/default.nix\n1\n//- /default.nix\n{ }: { n = 7; }\n//- /lib/default.nix\n\
    { mkDefault = x: x; evalModules = { modules }: let \
      all = map (m: if builtins.isFunction m || builtins.isPath m then (let f = if builtins.isPath m then import m else m; in f args) else m) modules; \
      args = { inherit config options; lib = { }; pkgs = { }; }; \
      options = builtins.foldl' (a: m: a // (m.options or { })) { } all; \
      config = builtins.foldl' (a: m: a // (m.config or { })) { } all; \
      in { inherit config options; extendModules = null; }; }\n";

#[test]
fn by_evaluating_modules() {
    let files = format!(
        "{LIB}//- /nixos/a.nix\n{{ config, lib, ... }}: {{ options.port = {{ _type = \"option\"; }}; config = {{ port = 80 + 1; next = config.port + 1; }}; }}"
    );
    check(&files, "nixos/a.nix", "module evalModules", &[("80 + 1", "81"), ("config.port + 1", "82")]);
}

#[test]
fn by_a_flake() {
    let files = "//- /flake.nix\n{ inputs.dep.url = \"path:./dep\"; outputs = { self, dep, far }: { lib.two = dep.one + 1; \
                 bad = far.x; mod = import ./m.nix { n = self.lib.two; }; }; }\n\
                 //- /dep/flake.nix\n{ outputs = { self }: { one = 1; }; }\n//- /m.nix\n{ n }: { m = n * 10; }\n";
    check(files, "flake.nix", "flake outputs", &[("dep.one + 1", "2"), ("two", "2")]);
    check(files, "m.nix", "importer flake.nix by outputs", &[("n * 10", "20")]);
}

#[test]
fn by_what_is_said() {
    let files = "//- /a.nix\n# nixscope: entry = import ./a.nix { x = 20; }\n{ x }: x + 1";
    check(files, "a.nix", "comment import ./a.nix { x = 20; }", &[("x + 1", "21")]);
}
