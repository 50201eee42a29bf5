//! What is evaluated with an image is what it is without; and an image that is of no use is as if there were none.

use std::sync::Arc;

use nixscope_engine::builtins;
use nixscope_engine::session::{Journal, Session, write_image};
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Limits, Settings};
use nixscope_engine::world::{Disk, Recorder};

use crate::config::{Config, LiveConfig};
use crate::live::tests::Workspace;
use crate::live::{Live, LiveText, Written};

use super::{ImageOf, look_at};

/// A package set that finds its packages by their names, and one that is brought in as a copy in the store.
const SET: &str = "//- /default.nix\n{ n ? 5 }: let lib = import ./lib; \
    call = f: a: f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // a); \
    path = name: ./pkgs/by-name + \"/${builtins.substring 0 2 name}/${name}/package.nix\"; \
    all = map (name: { inherit name; value = pkgs.callPackage (path name) { }; }) [ \"hello\" \"world\" ]; \
    copied = pkgs.callPackage \"${./pkgs/by-name/co/copied}/package.nix\" { }; \
    part = { given = import ./given.nix; }; pkgs = { inherit (part.given) more; inherit lib n copied; callPackage = p: call (import p); } // builtins.listToAttrs all; in pkgs\n\
    //- /lib/default.nix\n{ twice = x: x * 2; }\n\
    //- /given.nix\n{ more = 3 + 4; }\n\
    //- /lib/modules.nix\n1\n\
    //- /pkgs/top-level/default.nix\n1\n\
    //- /pkgs/by-name/he/hello/package.nix\n{ lib, n, world }: { size = lib.twice n; inherit (world) size2; of = world.size; }\n\
    //- /pkgs/by-name/wo/world/package.nix\n{ lib, n }: { size = lib.twice (n + 1); size2 = lib.twice 8; part = import ./part.nix { inherit n; }; }\n\
    //- /pkgs/by-name/wo/world/part.nix\n{ n }: { three = n + 3; }\n\
    //- /pkgs/by-name/co/copied/package.nix\n{ lib, hello }: if hello.size > 3 then lib.twice hello.of else 0\n\
    //- /tools/new.nix\n{ lib, callPackage, world, more }: { three = lib.twice world.size; four = more + 1; }\n";

/// The packages that are looked at.
const FILES: [&str; 5] = [
    "pkgs/by-name/he/hello/package.nix",
    "pkgs/by-name/wo/world/package.nix",
    "pkgs/by-name/co/copied/package.nix",
    "tools/new.nix",
    "pkgs/by-name/wo/world/part.nix",
];
const HELLO: &str = FILES[0];

/// A workspace with an image of its package set.
struct WithImage {
    workspace: Workspace,
    live: Live,
}

impl WithImage {
    fn new(forced: &[&str]) -> Self {
        let it = Self { workspace: Workspace::new(SET), live: Live::default() };
        it.build("import ./. { }", forced);
        it.set("pkgs.img");
        it
    }

    fn set(&self, image: &str) {
        let live = LiveConfig { image: image.to_owned(), ..LiveConfig::default() };
        self.workspace.state.update(|now| now.configure(Config { live, ..Config::default() }));
    }

    /// Builds the image.
    fn build(&self, program: &str, forced: &[&str]) {
        self.build_with(program, forced, Settings { keeps_names: true, ..Settings::default() });
    }

    fn build_with(&self, program: &str, forced: &[&str], settings: Settings) {
        let folder = self.workspace.path("");
        let system = format!("{}-linux", std::env::consts::ARCH);
        let settings = Settings { system, ..settings };
        let recorder = Recorder::new(VirtualStore::new(Disk::new()), false);
        let entries = recorder.entries();
        let vm = builtins::machine_in(settings, Limits { max_depth: 10_000, max_heap: 1 << 28 });
        let fingerprint = vm.fingerprint();
        let mut session = Session::new(vm, recorder);
        let body = session.vm.read(Origin::String, program.as_bytes().into(), &folder, &[]).expect("it is Nix");
        let v = session.eval(body).expect("it has a value");
        let v = session.auto_call(v, Value::EMPTY_ATTRS).expect("it has a value");
        for path in forced {
            session.choose(v, path, Value::EMPTY_ATTRS).expect("it has a value");
        }
        let entries = entries.lock().expect("nobody else has it").clone();
        let journal = Journal::new(&entries, &mut VirtualStore::new(Disk::new()), &mut look_at, i64::MAX);
        let of = ImageOf::new(Some((program.to_owned(), folder)));
        let about = postcard::to_allocvec(&(of, "and more")).expect("memory takes it");
        let mut bytes = Vec::new();
        write_image(&session.vm, v, &journal, (&about, fingerprint), &mut bytes).expect("it is idle");
        self.replace(&bytes);
    }

    /// Puts another file in the place of the image.
    fn replace(&self, bytes: &[u8]) {
        let unfinished = self.workspace.path("pkgs.img.part");
        std::fs::write(&unfinished, bytes).expect("a file");
        std::fs::rename(unfinished, self.workspace.path("pkgs.img")).expect("a file");
    }

    fn open(&self, path: &str) -> LiveText {
        self.workspace.open_in(path, &self.live)
    }

    /// Whether what a file has comes from the image, after it was compared with what it has without.
    fn check(&self, path: &str) -> bool {
        let with = self.open(path);
        self.set("");
        let without = self.workspace.open(path);
        self.set("pkgs.img");
        assert!(!without.is_from_image && !without.seen.is_empty(), "{path}: {:?}", without.why);
        let (ours, theirs) = (facts(&with), facts(&without));
        let other = ours.lines().zip(theirs.lines()).find(|it| it.0 != it.1);
        assert!(ours == theirs, "{path}: {other:?}");
        assert!(without.reads.is_subset(&with.reads), "{path}: {:?} {:?}", without.reads, with.reads);
        with.is_from_image
    }

    fn told(&self) -> String {
        self.live.take_to_tell().join("\n")
    }
}

/// All that is told of a document but how long it took; and where what it has comes from.
fn facts(it: &LiveText) -> String {
    let entry = it.entry.as_ref().map(|it| (it.id.clone(), it.way.clone()));
    let kept = it.kept.as_ref().expect("it is kept");
    let asked = kept.ask(|asked| {
        let set = asked.packages()?;
        let mut origins: Vec<(String, Option<Written>)> = Vec::new();
        let _ = asked.along(set, &["more".to_owned()]);
        origins.push(("more".to_owned(), asked.written_as(set, "more")));
        // What is inherited is followed to where it is from once that is computed.
        for name in ["lib", "world", "hello", "copied"] {
            origins.push((name.to_owned(), asked.written_as(set, name)));
            let v = asked.along(set, &[name.to_owned()]);
            for member in v.map(|it| asked.members(it, "")).unwrap_or_default() {
                let v = v?;
                origins.push((format!("{name}.{}", member.name), asked.written_as(v, &member.name)));
            }
        }
        Some(format!("{origins:#?}"))
    });
    format!("{entry:?}\n{:?} {:?}\n{:#?}\n{:?}\n{asked:?}", it.why, it.dead, it.seen, it.findings)
}

#[test]
fn values_are_the_same_with_an_image() {
    let it = WithImage::new(&["n"]);
    for path in FILES {
        assert!(it.check(path), "{path}: {}", it.told());
    }
    assert_eq!(it.told(), "");
    let (with, without) = (it.open(HELLO), {
        it.set("");
        it.open(HELLO)
    });
    assert!(with.instructions < without.instructions, "{} {}", with.instructions, without.instructions);
}

#[test]
fn a_file_that_the_image_has_run_is_run_without_it() {
    let it = WithImage::new(&["world.size", "copied", "more"]);
    let is_used = FILES.map(|path| it.check(path));
    assert_eq!(is_used, [false, false, false, true, true]);
    assert_eq!(it.told(), "");
    it.build("import ./. { }", &["world.size"]);
    assert_eq!(FILES.map(|path| it.check(path)), [true, false, true, true, true]);
}

#[test]
fn other_package_sets_are_evaluated() {
    for (program, is_used, is_told) in [
        ("import ./default.nix { }", true, false),
        ("import ./.", true, false),
        ("import ./. { n = 6; }", false, true),
        ("(import ./. { }).lib", false, true),
        ("import ./lib", false, false),
    ] {
        let it = WithImage::new(&[]);
        it.build(program, &[]);
        assert_eq!(it.check(HELLO), is_used, "{program}");
        assert_eq!(!it.told().is_empty(), is_told, "{program}");
    }
}

#[test]
fn an_image_that_is_out_of_date_is_told_of_once() {
    let it = WithImage::new(&["world.size"]);
    assert!(it.check(HELLO));
    std::fs::write(it.workspace.path("lib/default.nix"), "{ twice = x: x * 20; }").expect("a file");
    assert!(!it.check(HELLO));
    let told = it.told();
    assert!(told.contains("there is another answer to: read ") && told.contains("/lib/default.nix"), "{told}");
    assert!(!it.check(FILES[3]));
    assert_eq!(it.told(), "");
    // It is taken up when it is built again.
    it.build("import ./. { }", &["world.size"]);
    assert!(it.check(HELLO));
    std::fs::write(it.workspace.path("lib/default.nix"), "{ twice = x: x; }").expect("a file");
    assert!(!it.check(HELLO));
    assert_ne!(it.told(), "");
}

#[test]
fn what_is_in_the_editor_counts() {
    let it = WithImage::new(&["world.size"]);
    let lib = |text: &str| it.workspace.show("lib/default.nix", text.to_owned());
    lib("{ twice = x: x * 2; }\n");
    assert!(it.check(HELLO), "{}", it.told());
    assert!(it.open(HELLO).reads.contains(&it.workspace.path("lib/default.nix")));
    lib("{ twice = x: x * 3; }");
    assert!(!it.check(HELLO));
    assert!(it.open(HELLO).seen.iter().any(|it| &*it.text == "15"));
    // A file that the image did not read may change.
    lib("{ twice = x: x * 2; }\n");
    it.workspace.show("tools/new.nix", "{ lib }: 3".to_owned());
    it.workspace.show("tools/other.nix", "3".to_owned());
    std::fs::write(it.workspace.path(HELLO), "{ world }: { size = world.size + 100; }").expect("a file");
    assert!(it.check(HELLO), "{}", it.told());
    assert!(it.open(HELLO).seen.iter().any(|it| &*it.text == "112"));
}

#[test]
fn what_is_damaged_is_not_used() {
    let it = WithImage::new(&["world.size"]);
    assert!(it.check(HELLO));
    let bytes = std::fs::read(it.workspace.path("pkgs.img")).expect("a file");
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        it.replace(&damaged);
        assert!(!it.open(HELLO).is_from_image, "byte {at}");
    }
    it.told();
    for (bytes, expected) in [
        (b"no image".as_slice(), "this is not such a file"),
        (&bytes[..bytes.len() / 2], "its length is another one"),
        (b"", "this is not such a file"),
    ] {
        it.replace(bytes);
        assert!(!it.check(HELLO));
        let told = it.told();
        assert!(told.contains("pkgs.img': ") && told.contains(expected), "{told}");
        assert!(!it.check(HELLO));
        assert_eq!(it.told(), "");
    }
    it.replace(&bytes);
    assert!(it.check(HELLO));
    for (name, expected) in [("nowhere.img", "No such file"), (".", "it is not a file")] {
        it.set(name);
        assert!(!it.open(HELLO).is_from_image);
        assert!(it.told().contains(expected), "{name}");
    }
}

#[test]
fn other_machines_are_not_taken() {
    let it = WithImage::new(&[]);
    for (settings, expected) in [
        (Settings::default(), "--for-debugging"),
        (Settings { keeps_names: true, is_pure: true, ..Settings::default() }, "pure evaluation"),
    ] {
        it.build_with("import ./. { }", &[], settings);
        assert!(!it.check(HELLO));
        assert!(it.told().contains(expected), "{expected}");
    }
    // A search path on which nothing was found makes no difference, and neither do features.
    let entry = |name: &str| (name.to_owned(), it.workspace.path("lib"));
    let nix_path = vec![entry("lib")];
    let features = vec!["flakes".to_owned()];
    let settings = Settings { keeps_names: true, nix_path, features, ..Settings::default() };
    it.build_with("import ./. { }", &[], settings.clone());
    assert!(it.check(HELLO), "{}", it.told());
    std::fs::write(it.workspace.path("lib/default.nix"), "{ twice = x: x * (import <lib/modules.nix>) * 2; }")
        .expect("a file");
    it.build_with("import ./. { }", &["world.size"], settings);
    assert!(!it.open(HELLO).is_from_image);
    assert!(it.told().contains("search path"));
}

#[test]
fn machines_that_began_with_one_image_are_kept_beside_each_other() {
    let it = WithImage::new(&["world.size"]);
    let all: Vec<Arc<crate::live::Kept>> = [HELLO, FILES[3]].iter().filter_map(|path| it.open(path).kept).collect();
    // The image is gone, and those who began with it have what it had.
    std::fs::remove_file(it.workspace.path("pkgs.img")).expect("it was there");
    for kept in all {
        let size = kept.ask(|asked| {
            let set = asked.packages()?;
            let v = asked.along(set, &["world".to_owned(), "size2".to_owned()])?;
            Some(asked.full(v))
        });
        assert_eq!(size.as_deref(), Some("16"));
        assert!(kept.size() < 1 << 20, "{}", kept.size());
    }
}

#[test]
fn an_image_tells_no_more_than_may_be_read() {
    let elsewhere = tempfile::NamedTempFile::new().expect("a file");
    let path = elsewhere.path().to_str().expect("a path").to_owned();
    for (outside, is_used, is_used_with_trust) in [
        ("builtins.pathExists /nowhere/else", true, true),
        (&*format!("builtins.pathExists \"{path}\""), false, true),
        (&*format!("builtins.readFile \"{path}\""), false, true),
        ("builtins.getEnv \"PATH\"", true, true),
        ("builtins.currentTime", false, false),
    ] {
        let it = WithImage::new(&[]);
        let lib = format!("{{ twice = x: x * 2; outside = {outside}; }}");
        std::fs::write(it.workspace.path("lib/default.nix"), lib).expect("a file");
        it.build("import ./. { }", &["lib.outside"]);
        assert_eq!(it.open(HELLO).is_from_image, is_used, "{outside}: {}", it.told());
        let live = LiveConfig { image: "pkgs.img".to_owned(), trust: true, ..LiveConfig::default() };
        it.workspace.state.update(|now| now.configure(Config { live, ..Config::default() }));
        assert_eq!(it.open(HELLO).is_from_image, is_used_with_trust, "{outside}, with trust: {}", it.told());
    }
}
