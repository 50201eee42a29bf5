//! A program put down at some moment and taken up by another machine, whose world begins as a recording, stands where it
//! stood, and comes to the same end.

use nixscope_engine::builtins::machine_in;
use nixscope_engine::debug::{FaultFilter, Rules, StopReason, Target};
use nixscope_engine::session::saved::Saved;
use nixscope_engine::session::{DebugSession, Image, Journal, Launch, Look, ProgramText, Session, write_image};
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::{Frame, Limits, Settings, Vm};
use nixscope_engine::world::{Memory, Recorder, Recording, Replay, Resumed, World};
use nixscope_testkit::generate::Rng;

use super::harness::{free, outcome, random_goal};
use super::programs::{files, programs};

/// Longer programs are left out.
const LIMIT: u64 = 20_000;

fn machine() -> Vm {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let mut vm = machine_in(Settings { keeps_names: true, ..Settings::default() }, limits);
    vm.reading.home = Some("/home/me".to_owned());
    vm
}

/// A program about to begin in a world.
fn launched_in<W: World>(program: &str, world: W) -> DebugSession<W> {
    let mut session = DebugSession::over(Session::new(machine(), world));
    session.launch(&Launch::text(program)).expect("it was launched before");
    session.debugger.fault_filters = vec![FaultFilter { kinds: Vec::new(), with_caught: true, message: None }];
    session
}

/// What is seen where a program stands: the clock, all frames with what they wait for, the value stack, and names and
/// values of the innermost frames. Instructions count from the beginning of their body: bodies are written when somebody
/// first runs or debugs them.
fn seen<W: World>(session: &mut DebugSession<W>) -> String {
    let vm = session.vm();
    let mut text = format!("{} {:?}\n", vm.count(), vm.counters());
    for frame in vm.frames() {
        let entry = if frame.is_code() { vm.program.bodies[frame.code as usize].entry } else { 0 };
        text.push_str(&format!("{:?}\n", Frame { pc: frame.pc - entry, ..*frame }));
    }
    text.push_str(&format!("{:?}\n", vm.stack()));
    for frame in session.frames(0, 8) {
        text.push_str(&format!("{:?} {} {:?} {}\n", frame.kind, frame.name, frame.span, frame.reason));
        for scope in session.scopes(frame.index) {
            for it in scope.variables {
                text.push_str(&format!("  {} = {:?}\n", it.name, session.show(it.value)));
            }
        }
    }
    text
}

/// Runs to the end; gives what the program came to, and when.
fn end<W: World>(session: &mut DebugSession<W>) -> (String, u64) {
    session.debugger.fault_filters.clear();
    let mut stopped = session.stopped().cloned().expect("it began");
    while !stopped.reason.is_end() {
        stopped = session.resume(nixscope_engine::debug::Goal::Continue);
    }
    let result = session.outcome().expect("it is over");
    (outcome(session.vm(), result), stopped.count)
}

#[test]
fn a_program_taken_up_elsewhere_stands_where_it_stood() {
    let mut n_moments = 0;
    for (i, program) in programs(300, 0, 3).iter().enumerate() {
        if free(program, true, true, LIMIT).is_none() {
            continue;
        }
        let mut rng = Rng::new(i as u64);
        let recorder = Recorder::new(VirtualStore::new(files()), false);
        let entries = recorder.entries();
        let mut session = launched_in(program, recorder);
        let target = Target::Source { name: "«string»".to_owned(), line: 0, column: None };
        session.add_breakpoint(target, Rules::default());
        let mut stopped = session.begin(rng.once_in(2));
        for _ in 0..rng.below(40) {
            if stopped.reason.is_end() {
                break;
            }
            stopped = session.resume(random_goal(&mut rng));
        }
        let entries = entries.lock().map(|it| it.clone()).unwrap_or_default();
        let saved = Saved { about: Vec::new(), entries, state: session.state() };
        let saved = Saved::from_bytes(&saved.to_bytes()).expect("it was written just now");

        let mut other = launched_in(program, Resumed::new(&saved.entries, VirtualStore::new(files())));
        let again = other.restore(&saved.state).expect("it had begun");
        assert_eq!(again.count, stopped.count, "{program}");
        assert_eq!(again.reason.is_end(), stopped.reason.is_end(), "{program}");
        let is_fault = |reason: &StopReason| matches!(reason, StopReason::Fault(_));
        assert_eq!(is_fault(&again.reason), is_fault(&stopped.reason), "{program}");
        let (there, here) = (seen(&mut other), seen(&mut session));
        assert_eq!(there, here, "{program}");
        n_moments += 1;
        assert_eq!(end(&mut other), end(&mut session), "{program}");
    }
    assert!(n_moments > 100, "{n_moments}");
}

#[test]
fn a_recording_comes_to_the_same_end() {
    for program in programs(300, 1, 3) {
        let Some(expected) = free(&program, true, true, LIMIT) else { continue };
        let recorder = Recorder::new(VirtualStore::new(files()), false);
        let entries = recorder.entries();
        let mut session = launched_in(&program, recorder);
        session.debugger.fault_filters.clear();
        session.begin(false);
        let recorded = end(&mut session);
        let entries = entries.lock().map(|it| it.clone()).unwrap_or_default();
        let recording = Recording { about: Vec::new(), entries };
        let recording = Recording::from_bytes(&recording.to_bytes()).expect("it was written just now");
        let mut other = launched_in(&program, Replay::new(&recording));
        other.debugger.fault_filters.clear();
        other.begin(false);
        assert_eq!(end(&mut other), recorded, "{program}");
        assert_eq!(recorded, (expected.outcome, expected.count), "{program}");
    }
}

/// A program about to begin with what an image has.
fn launched_from(image: &[u8]) -> DebugSession<VirtualStore<Memory>> {
    let (mut vm, mut world) = (machine(), VirtualStore::new(files()));
    let image = Image::open(image, image.len() as u64).expect("it was written just now");
    let value = image.take_up(&mut vm, &mut world, Some(&mut |_| Look::Unknown)).expect("it is for such machines");
    let mut session = DebugSession::over(Session::new(vm, world));
    let program = ProgramText::Value { value, folder: "/".to_owned() };
    let launch = Launch { program, ..Launch::text("") };
    session.launch(&launch).expect("there is nothing that could fail yet");
    session
}

#[test]
fn an_image_is_debugged_back_and_forth() {
    for (i, program) in programs(300, 2, 3).iter().enumerate() {
        if free(program, true, true, LIMIT).is_none() {
            continue;
        }
        let recorder = Recorder::new(VirtualStore::new(files()), false);
        let entries = recorder.entries();
        let mut first = Session::new(machine(), recorder);
        let fingerprint = first.vm.fingerprint();
        let text = format!("rec {{ before = [ shared ]; shared = (\n{program}\n); after = [ shared before ]; }}");
        let Ok(body) = first.vm.read(Origin::String, text.as_bytes().into(), "/", &[]) else { continue };
        let Ok(value) = first.eval(body) else { continue };
        if i % 2 == 0 {
            // Some of it is there already.
            let _ = first.choose(value, "before.0", nixscope_engine::value::Value::EMPTY_ATTRS);
        }
        first.vm.take_warnings();
        let entries = entries.lock().map(|it| it.clone()).unwrap_or_default();
        let journal = Journal::new(&entries, &mut VirtualStore::new(files()), &mut |_| Look::Unknown, 0);
        let mut bytes = Vec::new();
        write_image(&first.vm, value, &journal, (b"", fingerprint), &mut bytes).expect("memory takes it");

        let mut free = launched_from(&bytes);
        free.begin(false);
        let expected = end(&mut free);
        let mut session = launched_from(&bytes);
        let mut rng = Rng::new(i as u64);
        session.debugger.keep_moments_every(1 + rng.below(300) as u64);
        let mut stopped = session.begin(true);
        let mut moments = Vec::new();
        while !stopped.reason.is_end() && moments.len() < 40 {
            moments.push((stopped.count, seen(&mut session)));
            stopped = session.resume(random_goal(&mut rng));
        }
        for _ in 0..moments.len().min(8) {
            let (count, then) = &moments[rng.below(moments.len())];
            assert_eq!(session.go_to(*count).count, *count, "{program}");
            assert_eq!(&seen(&mut session), then, "moment {count} of {program}");
        }
        session.go_to(0);
        let mut other = launched_from(&bytes);
        other.begin(true);
        other.go_to(0);
        assert_eq!(seen(&mut session), seen(&mut other), "the beginning of {program}");
        assert_eq!(end(&mut session), expected, "{program}");
    }
}
