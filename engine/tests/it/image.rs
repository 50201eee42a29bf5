//! What goes on from an image goes on as if there had been none; and no image is believed that is damaged or outdated.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::session::{Changed, Image, Journal, Look, Session, Stamp, write_image};
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{DEEP_FORCE, Fault, Limits, Stop, Vm};
use nixscope_engine::world::{Answer, CanonPath, Mappable, Memory, Recorder, RecordingError, Request, World, describe};
use nixscope_testkit::generate::Generator;
use nixscope_testkit::{cases, goldens};

use crate::machine::{Closed, folder, outcome, read, session};

/// An image of an idle machine without an outside.
fn image(vm: &Vm, value: Value, journal: &Journal) -> Vec<u8> {
    let mut bytes = Vec::new();
    let fingerprint = session().vm.fingerprint();
    write_image(vm, value, journal, (b"about", fingerprint), &mut bytes).expect("memory takes it");
    bytes
}

/// The machine and the value of an image.
fn restore(bytes: &[u8]) -> Result<(Closed, Value), RecordingError> {
    let mut session = session();
    let image = Image::open(bytes, bytes.len() as u64)?;
    assert_eq!(image.difference(&session.vm), None);
    let value = image.restore(&mut session.vm)?;
    Ok((session, value))
}

/// What a program said, what came of it with all its trace, and when.
fn end(session: &mut Closed, v: Value) -> String {
    let result = session.force_deep(v);
    let shown = format!("{:?} {:?}", outcome(session, &result), result.as_ref().err().map(Fault::data));
    let (counters, thunks) = (session.vm.counters(), session.vm.heap.thunks_made());
    format!("{shown} {} {counters:?} {thunks} {}", session.vm.count(), session.vm.heap.bytes_used())
}

/// Compares what becomes of a program with what becomes of its image, made when this much of it was run.
fn check(program: &str) {
    for (part, fuel) in [("nothing", 0), ("a little", 30), ("the most", 2000), ("all", u64::MAX)] {
        let mut straight = session();
        let Ok(body) = read(&mut straight, &format!("[ (\n{program}\n) ]")) else { return };
        let Ok(v) = straight.eval(body) else { return };
        if fuel > 0 {
            straight.vm.start_native(DEEP_FORCE, &[v]);
            let until = straight.vm.count().saturating_add(fuel.min(20_000));
            while straight.vm.count() < until {
                match straight.vm.run(until - straight.vm.count()) {
                    Stop::Ask(request) => {
                        let answer = straight.ask(&request);
                        straight.vm.answer(answer);
                    }
                    _ => break,
                }
            }
            straight.vm.abandon();
        }
        straight.vm.take_warnings();
        let bytes = image(&straight.vm, v, &Journal::default());
        let (again, value) = restore(&bytes).expect("what was written is read");
        assert!(image(&again.vm, value, &Journal::default()) == bytes, "the image of an image, {part}: {program}");
        let mut limited = again.with_max_count(2_000_000);
        let mut straight = straight.with_max_count(2_000_000);
        assert_eq!(end(&mut limited, value), end(&mut straight, v), "{part} computed before: {program}");
    }
}

#[test]
fn cases_end_as_without_an_image() {
    for case in cases::all(&folder("cases")) {
        check(&case.program);
    }
    for program in goldens::programs(&folder("goldens")).iter().step_by(16) {
        check(program);
    }
}

#[test]
fn copies_in_the_store_are_known_to_be_copies() {
    let mut world = Memory::new();
    world.file("/w/tree/a.nix", "{ b = import ./b.nix; c = import ./c.nix; }");
    world.file("/w/tree/b.nix", "1").file("/w/tree/c.nix", "{ x = 2; }");
    let machine = || builtins::machine(&Features::default(), Limits { max_depth: 10_000, max_heap: 1 << 30 });
    let fingerprint = machine().fingerprint();
    let mut first = Session::new(machine(), VirtualStore::new(world));
    let body = first.vm.read(Origin::String, b"import \"${./tree}/a.nix\"".as_slice().into(), "/w", &[]);
    let v = first.eval(body.expect("it is Nix")).expect("it has a value");
    first.choose(v, "b", Value::EMPTY_ATTRS).expect("it has a value");
    let mut bytes = Vec::new();
    write_image(&first.vm, v, &Journal::default(), (b"", fingerprint), &mut bytes).expect("it is idle");
    let mut vm = machine();
    let v = Image::open(&bytes[..], bytes.len() as u64).and_then(|it| it.restore(&mut vm)).expect("it is whole");
    first.vm = vm;
    let v = first.choose(v, "c", Value::EMPTY_ATTRS).expect("it has a value");
    assert!(v.is_attrs());
    let written: Vec<&str> = first.vm.sources.iter().filter_map(|it| it.written_in()).collect();
    // What was read before, and what is read since.
    assert_eq!(written, ["/w/tree/a.nix", "/w/tree/b.nix", "/w/tree/c.nix"]);
}

#[test]
fn made_up_programs_end_as_without_an_image() {
    let vm = session().vm;
    let generator = Generator::new(&|name| vm.builtin(name).is_some());
    for seed in 0..60 {
        check(&generator.program(seed).text());
    }
}

#[test]
fn nothing_damaged_is_believed() {
    let mut session = session();
    let body = read(&mut session, "let f = { x ? 1 }: x + 2.5; in { a = f { }; b = [ f \"text of some length\" ]; }");
    let v = session.eval(body.expect("it is Nix")).expect("it has a value");
    let bytes = image(&session.vm, v, &Journal::default());
    assert!(restore(&bytes).is_ok());
    let number = |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0, |all, &it| all << 8 | usize::from(it));
    let n = number(12, 4);
    let mut start = 16 + n * 16 + 8;
    let mut places = vec![0, 8, 12, start - 1];
    for part in 0..n {
        let length = number(16 + part * 16, 8);
        places.extend([start, start + length / 3, start + length / 2, start + length - 1]);
        start += length;
    }
    assert_eq!(start, bytes.len());
    for at in places {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(restore(&damaged).is_err(), "byte {at}");
        assert!(restore(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(restore(&[&bytes[..], b"x"].concat()).is_err());
    let other = builtins::machine(&Features::new(vec!["fetch-closure".into()]), session.vm.limits());
    let image = Image::open(&bytes[..], bytes.len() as u64).expect("it is whole");
    assert!(image.difference(&other).is_some(), "other builtins");
}

/// A file that is gone as soon as it is closed.
#[expect(clippy::disallowed_methods, reason = "only files can be mapped")]
fn file_of(bytes: &[u8]) -> File {
    let path = std::env::temp_dir().join(format!("nixscope-image-{}-{}", std::process::id(), bytes.len()));
    let mut file = File::options().create_new(true).read(true).write(true).open(&path).expect("a temporary file");
    std::fs::remove_file(&path).expect("our own file");
    file.write_all(bytes).expect("there is room");
    file.rewind().expect("it is a file");
    file
}

#[test]
fn what_is_mapped_is_what_was_written() {
    // More than what is mapped needs, of texts, names, code and values.
    let attrs =
        |i: usize| format!("name{i:05} = {{ x ? {i}, y ? \"text{i:05}\" }}: [ x (x + {i}) y \"${{y}} and\" ];\n");
    let program = format!("let all = {{\n{} }}; in all", (0..3000).map(attrs).collect::<String>());
    let mut straight = session();
    let body = read(&mut straight, &program).expect("it is Nix");
    let v = straight.eval(body).expect("it has a value");
    let some =
        "all: map (i: builtins.elemAt (builtins.attrValues all) (i * 7) { x = i; }) (builtins.genList (i: i) 300)";
    let bytes = image(&straight.vm, v, &Journal::default());
    let run = |session: &mut Closed, v: Value| {
        let body = read(session, some).expect("it is Nix");
        let function = session.eval(body).expect("it is a function");
        let all = session.call(function, &[v]).expect("it has a value");
        end(session, all)
    };
    let open = |bytes: &[u8], is_known| {
        let mut session = session();
        let from = Mappable { file: file_of(bytes), is_known };
        let image = Image::open(from, bytes.len() as u64)?;
        image.restore(&mut session.vm).map(|v| (session, v))
    };
    let expected = run(&mut straight, v);
    for is_known in [false, true] {
        let (mut session, v) = open(&bytes, is_known).expect("what was written is read");
        let again = image(&session.vm, v, &Journal::default());
        assert!(again == bytes, "the image of an image");
        assert_eq!(run(&mut session, v), expected);
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(open(&damaged, false).is_err(), "byte {at}");
    }
}

fn sample() -> Memory {
    let mut world = Memory::new();
    world.file("/w/a.nix", "import ./b.nix + builtins.readFile ./text").file("/w/b.nix", "\"b\"").file("/w/text", "t");
    world.file("/w/tree/x", "x").file("/w/tree/y/z", "z").symlink("/w/link", "tree").env("GREETING", "hello").time(7);
    world
}

/// The journal of a program, when everything was changed before some second.
fn journal(program: &str, before: i64) -> Journal {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let recorder = Recorder::new(VirtualStore::new(sample()), false);
    let entries = recorder.entries();
    let mut session = Session::new(builtins::machine(&Features::default(), limits), recorder);
    let body = session.vm.read(Origin::String, program.as_bytes().into(), "/w", &[]).expect("it is Nix");
    let v = session.eval(body).expect("it has a value");
    session.force_deep(v).expect("it has values");
    let entries = entries.lock().expect("nobody else has it").clone();
    Journal::new(&entries, &mut VirtualStore::new(sample()), &mut |path| look(&mut sample(), path, 1), before)
}

/// What is seen in a world in which everything was last changed in one second.
fn look(world: &mut Memory, path: &[u8], time: i64) -> Look {
    let path = CanonPath::new(path);
    let mut size = |request| match world.answer(&request) {
        Answer::Bytes(it) => it.len(),
        Answer::Dir(it) => it.len(),
        _ => 0,
    };
    let sizes = [Request::ReadFile(path.clone()), Request::ReadDir(path.clone()), Request::ReadLink(path.clone())];
    let size = sizes.map(&mut size).iter().sum::<usize>() as u64;
    match world.answer(&Request::Stat(path)).into_stat() {
        Ok(Some(stat)) => {
            let (modified, changed) = ((time, 0), (time, 0));
            Look::There(Stamp { stat, size, modified, changed, identity: (1, 1) })
        }
        Ok(None) => Look::Nothing,
        Err(_) => Look::Unknown,
    }
}

#[test]
fn every_other_answer_is_noticed() {
    let cases: &[(&str, Change, &str)] = &[
        ("import ./a.nix", |it| it, ""),
        ("import ./a.nix", |it| it.file("/w/other", "").env("OTHER", "x").time(8), ""),
        ("import ./a.nix", |it| it.file("/w/b.nix", "\"c\""), "read /w/b.nix"),
        ("import ./a.nix", |it| it.file("/w/text", ""), "read /w/text"),
        ("builtins.pathExists ./missing", |it| it.file("/w/missing", ""), "look at /w/missing"),
        ("builtins.readDir ./tree", |it| it.file("/w/tree/new", ""), "list /w/tree"),
        ("builtins.readDir ./tree", |it| it.file("/w/tree/x", "other"), ""),
        ("builtins.getEnv \"GREETING\"", |it| it.env("GREETING", "bye"), "environment variable GREETING"),
        ("builtins.getEnv \"UNSET\"", |it| it.env("UNSET", "x"), "environment variable UNSET"),
        ("builtins.currentTime", |it| it.time(8), "the time"),
        ("\"${./tree}\"", |it| it.file("/w/tree/y/z", "other"), "copy /w/tree to the store as tree"),
        ("\"${./tree}\"", |it| it.executable("/w/tree/x", "x"), "copy /w/tree to the store as tree"),
        ("builtins.readFile ./link/x", |it| it.symlink("/w/link", "other"), "resolve /w/link/x"),
        ("builtins.readFile (builtins.toFile \"f\" \"x\")", |it| it, ""),
    ];
    for (program, change, expected) in cases {
        let mut world = sample();
        change(&mut world);
        let expected = if expected.is_empty() { Ok(()) } else { Err(Changed((*expected).to_owned())) };
        // Nothing was there for long; all of it was, but was changed; nothing can be seen.
        let cases: [(i64, fn(&mut Memory, &[u8]) -> Look); 3] = [
            (0, |world, path| look(world, path, 1)),
            (9, |world, path| look(world, path, 2)),
            (9, |_, _| Look::Unknown),
        ];
        for (before, look) in cases {
            let mut seen = world.clone();
            let mut outside = VirtualStore::new(world.clone());
            let found = journal(program, before).check(&mut outside, &mut |path| look(&mut seen, path));
            assert_eq!(found, expected, "{program}");
        }
    }
}

/// What is asked when a program's journal is checked in a world.
fn asked(journal: &Journal, world: &Memory, time: i64) -> Result<Vec<String>, Changed> {
    let mut recorder = Recorder::new(VirtualStore::new(world.clone()), false);
    let entries = recorder.entries();
    journal.check(&mut recorder, &mut |path| look(&mut world.clone(), path, time))?;
    let entries = entries.lock().expect("nobody else has it");
    Ok(entries.iter().map(|(request, _)| describe(request)).collect())
}

#[test]
fn what_is_as_it_was_is_not_asked_again_and_copies_are_there() {
    let program = "[ (import ./a.nix) (builtins.readDir ./tree) (builtins.readFile \"${./tree}/y/z\")
      (builtins.readFile ./link/x) (builtins.pathExists ./missing/too) \"${./tree + \"/y\"}\"
      \"${builtins.path { path = ./tree; name = \"copy\"; }}/y\"
      (builtins.path { path = \"${./tree}/y\"; name = \"inner\"; }) ]";
    let journal = journal(program, 9);
    let all = asked(&journal, &sample(), 1).expect("nothing changed");
    assert!(all.iter().all(|it| it.starts_with("mount ")), "{all:?}");
    for name in ["-tree", "-y", "-copy", "-inner"] {
        assert!(all.iter().any(|it| it.ends_with(name)), "{name}: {all:?}");
    }
    // What lies in the store follows from what was put there, even if all the rest is asked.
    let all = asked(&journal, &sample(), 2).expect("only times did");
    assert!(all.iter().any(|it| it == "read /w/b.nix") && all.iter().all(|it| !it.contains("read /nix")), "{all:?}");
    let rest: Vec<String> = journal.questions().filter(|it| it.starts_with("read /nix/store/")).collect();
    assert!(rest.len() == 1 && rest[0].ends_with("-tree/y/z"), "{rest:?}");
    let mut ignored = VirtualStore::new(sample());
    journal.mount(&mut ignored);
    let request = Request::ReadFile(CanonPath::new(&rest[0].as_bytes()["read ".len()..]));
    assert_eq!(ignored.answer(&request).into_bytes(), Ok(b"z".to_vec()));
}

#[test]
fn what_is_in_a_folder_that_was_touched_is_not_asked() {
    let journal = journal("[ (builtins.readDir ./tree) (builtins.readFile ./tree/y/z) (builtins.readDir ./.) ]", 9);
    let mut recorder = Recorder::new(VirtualStore::new(sample()), false);
    let entries = recorder.entries();
    let mut looked = Vec::new();
    let mut look = |path: &[u8]| {
        looked.push(String::from_utf8_lossy(path).into_owned());
        look(&mut sample(), path, if path == b"/w/tree" { 2 } else { 1 })
    };
    assert_eq!(journal.check(&mut recorder, &mut look), Ok(()));
    let entries = entries.lock().expect("nobody else has it");
    assert_eq!(entries.iter().map(|it| describe(&it.0)).collect::<Vec<_>>(), ["list /w/tree"]);
    // What follows from nothing else is looked at: what the folder is, and the folder in it.
    assert_eq!(looked, ["/w/tree", "/w/tree/y/z", "/w", "/w/tree", "/w/tree/y"]);
}

/// What happens to a world.
type Change = fn(&mut Memory) -> &mut Memory;

#[test]
fn what_is_asked_is_what_changed() {
    let cases: &[(&str, Change, Result<&[&str], &str>)] = &[
        ("import ./a.nix", |it| it, Ok(&[])),
        (
            "builtins.pathExists ./missing/too",
            |it| it.file("/w/missing/other", ""),
            Ok(&["resolve /w/missing/too", "look at /w/missing/too"]),
        ),
        ("builtins.pathExists ./missing/too", |it| it.file("/w/missing/too", ""), Err("look at /w/missing/too")),
        ("builtins.pathExists ./text/below", |it| it.symlink("/w/text", "tree"), Err("resolve /w/text/below")),
        ("builtins.readFile ./link/x", |it| it.file("/w/tree/new", ""), Ok(&[])),
        ("builtins.readFile ./link/x", |it| it.symlink("/w/link", "./tree"), Ok(&["resolve /w/link/x"])),
        ("builtins.readFileType ./text", |it| it.symlink("/w/text", "tree/x"), Err("look at /w/text")),
        ("builtins.readFile ./tree/x", |it| it.symlink("/w/tree", "other"), Err("resolve /w/tree/x")),
    ];
    for (program, change, expected) in cases {
        let mut world = sample();
        change(&mut world);
        let found = asked(&journal(program, 9), &world, 1);
        let expected = match expected {
            Ok(all) => Ok(all.iter().map(|it| (*it).to_owned()).collect()),
            Err(first) => Err(Changed((*first).to_owned())),
        };
        assert_eq!(found, expected, "{program}");
    }
}
