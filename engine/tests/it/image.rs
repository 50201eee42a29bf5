//! What goes on from an image goes on as if there had been none; and no image is believed that is damaged or outdated.

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::session::{Changed, Image, Journal, Session, Stamp, write_image};
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{DEEP_FORCE, Fault, Limits, Stop, Vm};
use nixscope_engine::world::{CanonPath, Memory, Recorder, RecordingError, World};
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

fn sample() -> Memory {
    let mut world = Memory::new();
    world.file("/w/a.nix", "import ./b.nix + builtins.readFile ./text").file("/w/b.nix", "\"b\"").file("/w/text", "t");
    world.file("/w/tree/x", "x").file("/w/tree/y/z", "z").symlink("/w/link", "tree").env("GREETING", "hello").time(7);
    world
}

/// The journal of a program, with stamps of everything, or of nothing.
fn journal(program: &str, has_stamps: bool) -> Journal {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let recorder = Recorder::new(VirtualStore::new(sample()), false);
    let entries = recorder.entries();
    let mut session = Session::new(builtins::machine(&Features::default(), limits), recorder);
    let body = session.vm.read(Origin::String, program.as_bytes().into(), "/w", &[]).expect("it is Nix");
    let v = session.eval(body).expect("it has a value");
    session.force_deep(v).expect("it has values");
    let entries = entries.lock().expect("nobody else has it").clone();
    Journal::new(&entries, &mut VirtualStore::new(sample()), &mut |path| has_stamps.then(|| stamp(path, 1)))
}

fn stamp(path: &CanonPath, time: i64) -> Stamp {
    Stamp { size: path.as_bytes().len() as u64, modified: (time, 0), changed: (time, 0), identity: (1, 1) }
}

#[test]
fn every_other_answer_is_noticed() {
    let cases: &[(&str, fn(&mut Memory) -> &mut Memory, &str)] = &[
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
        let journal_ = journal(program, false);
        assert_eq!(journal_.check(&mut VirtualStore::new(world.clone()), &mut |_| None), expected, "{program}");
        // Stamps that are other ones mean that it has to be asked.
        let journal_ = journal(program, true);
        let found = journal_.check(&mut VirtualStore::new(world), &mut |path| Some(stamp(path, 2)));
        assert_eq!(found, expected, "{program}");
    }
}

#[test]
fn what_has_its_stamp_is_not_asked_again_and_copies_are_there() {
    let program = "[ (import ./a.nix) (builtins.readDir ./tree) (builtins.readFile \"${./tree}/y/z\") ]";
    let journal = journal(program, true);
    let mut asked = Vec::new();
    let recorder = Recorder::new(VirtualStore::new(sample()), false);
    let entries = recorder.entries();
    let mut recorder = recorder;
    assert_eq!(journal.check(&mut recorder, &mut |path| Some(stamp(path, 1))), Ok(()));
    for (request, _) in entries.lock().expect("nobody else has it").iter() {
        asked.push(nixscope_engine::world::describe(request));
    }
    // Where links lead is asked always.
    let is_cheap = |it: &String| ["find", "resolve", "mount", "look"].iter().any(|word| it.starts_with(word));
    let (cheap, rest): (Vec<_>, Vec<_>) = asked.into_iter().partition(is_cheap);
    assert_eq!(cheap.iter().filter(|it| it.starts_with("mount")).count(), 1);
    // What lies in the store follows from what was put there.
    assert_eq!(rest, Vec::<String>::new());
    let rest: Vec<String> = journal.questions().filter(|it| it.starts_with("read /nix/store/")).collect();
    assert!(rest.len() == 1 && rest[0].ends_with("-tree/y/z"), "{rest:?}");
    let mut ignored = VirtualStore::new(sample());
    journal.mount(&mut ignored);
    let request = nixscope_engine::world::Request::ReadFile(CanonPath::new(&rest[0].as_bytes()["read ".len()..]));
    assert_eq!(ignored.answer(&request).into_bytes(), Ok(b"z".to_vec()));
}
