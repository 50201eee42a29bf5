//! What a debugger costs: attached and not used, with a condition in a hot function, stepping, looking, going back.
//!
//! `cargo run --release -p nixscope-engine --example debugging -- [PART] [ROUNDS] [PROGRAM...]`
//!
//! The parts are `attached` (of the programs), `conditions`, `steps`, `looks` and `back`; or `all`. Another one is `past`:
//! ways back through the programs, from their ends and from moments all over them, and saving there.
//!
//! What is compared is run in turns, and the best of the rounds is told, for what else the machine does only ever makes
//! a round slower.

#![expect(clippy::print_stdout, reason = "the numbers are what it is run for")]
#![expect(clippy::disallowed_methods, reason = "it is timed, and told what to run")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nixscope_engine::builtins::machine_in;
use nixscope_engine::debug::hit::Hits;
use nixscope_engine::debug::{By, Goal, Rules, StopReason, Target};
use nixscope_engine::session::saved::Saved;
use nixscope_engine::session::{DebugSession, Launch, Session};
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::{Limits, Settings, Stop};
use nixscope_engine::world::{CanonPath, Disk, Recorder};

type Debugged = DebugSession<VirtualStore<Disk>>;

/// A function that is called often and does little.
const HOT: &str = "let\n  fib = n:\n    if n < 2 then n else fib (n - 1) + fib (n - 2);\nin fib 25";

/// Something that runs for more than ten million instructions, most of them in a call deep.
const LONG: &str = "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 29";

/// Fifty frames and more, each with some names.
const DEEP: &str = "let\n  walk = depth: { list, set, text }:\n    let next = list ++ [ depth ]; half = depth / 2; in\n    \
                    if depth == 0 then builtins.break text else \"${walk (depth - 1) { list = next; set = set // { \
                    ${text} = half; }; text = \"${text}.\"; }}\";\nin walk 60 { list = [ ]; set = { }; text = \"t\"; }";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_else(|| "all".to_owned());
    let rounds: usize = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(5);
    let programs: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let is_wanted = |part: &str| what == "all" || what == part;
    if is_wanted("attached") {
        attached(&programs, rounds);
    }
    if is_wanted("conditions") {
        conditions(rounds);
    }
    if is_wanted("steps") {
        steps(rounds);
    }
    if is_wanted("looks") {
        looks(rounds);
    }
    if is_wanted("back") {
        ways_back();
    }
    if what == "past" {
        for path in &programs {
            past(path, rounds);
        }
    }
}

fn launched(launch: &Launch, keeps_names: bool) -> Debugged {
    let limits = Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let settings = Settings { keeps_names, system: "x86_64-linux".to_owned(), ..Settings::default() };
    let vm = machine_in(settings, limits);
    let mut session = DebugSession::over(Session::new(vm, VirtualStore::new(Disk::default())));
    session.launch(launch).expect("the program is Nix");
    session
}

/// Runs a program to its end without a debugger.
fn free(launch: &Launch, keeps_names: bool) -> Duration {
    let mut debugged = launched(launch, keeps_names);
    let session = debugged.session();
    let start = Instant::now();
    loop {
        match session.vm.run(1 << 18) {
            Stop::Ask(request) => {
                let answer = session.ask(&request);
                session.vm.answer(answer);
            }
            Stop::Fuel => {}
            Stop::Fault(fault) => {
                println!("it fails: {}", fault.data().message);
                return start.elapsed();
            }
            stop => {
                black_box(stop);
                return start.elapsed();
            }
        }
    }
}

/// Runs a program to its end under a debugger.
fn debugged(launch: &Launch, prepare: impl FnOnce(&mut Debugged)) -> (Duration, u64) {
    let mut session = launched(launch, true);
    prepare(&mut session);
    let start = Instant::now();
    let mut stopped = session.begin(false);
    while !stopped.reason.is_end() {
        stopped = session.resume(Goal::Continue);
    }
    (start.elapsed(), session.debugger.breakpoints().iter().map(|it| it.n_hits).sum())
}

/// Attached, with a breakpoint that is never met, against running free.
fn attached(programs: &[PathBuf], rounds: usize) {
    println!("| program | free ms | names kept | attached |\n| --- | --: | --: | --: |");
    let (mut kept_logs, mut logs, mut n) = (0.0, 0.0, 0);
    for path in programs {
        let full = std::fs::canonicalize(path).expect("the program is there");
        let launch = Launch::file(CanonPath::new(full.to_string_lossy().as_bytes()));
        let mut best = [Duration::MAX; 3];
        for _ in 0..rounds {
            let never = Target::Source { name: "/never/read.nix".to_owned(), line: 0, column: None };
            let times = [
                free(&launch, false),
                free(&launch, true),
                debugged(&launch, |it| {
                    it.add_breakpoint(never, Rules::default());
                })
                .0,
            ];
            best = [0, 1, 2].map(|i| best[i].min(times[i]));
        }
        let [plain, kept, attached] = best.map(|it| it.as_secs_f64());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        println!("| {name} | {:.1} | {:.2} | {:.2} |", plain * 1e3, kept / plain, attached / plain);
        // What takes less than a millisecond says nothing about the rest.
        if plain > 1e-3 {
            kept_logs += (kept / plain).ln();
            logs += (attached / plain).ln();
            n += 1;
        }
    }
    let mean = |it: f64| (it / f64::from(n.max(1))).exp();
    println!("| **geometric mean** | | **{:.2}** | **{:.2}** |\n", mean(kept_logs), mean(logs));
}

/// A breakpoint in a hot function that is always met and never stops: for its count, and for a condition. Where the
/// function begins, nobody needed its argument yet, so that a condition has to compute it; where it calls itself, the
/// argument is there.
fn conditions(rounds: usize) {
    let launch = Launch::text(HOT);
    let at = |column: Option<u32>, condition: Option<&str>, hits: Option<&str>| {
        let hits = hits.and_then(|it| Hits::parse(it).ok());
        let rules = Rules { condition: condition.map(str::to_owned), hits, log: None };
        move |session: &mut Debugged| {
            let target = Target::Source { name: "«string»".to_owned(), line: 2, column };
            session.add_breakpoint(target, rules);
        }
    };
    println!("| where | rule | met | times free | ns for each |\n| --- | --- | --: | --: | --: |");
    for (place, column) in [("entry", None), ("branch", Some(33))] {
        let never = Some("== 4000000000");
        let (_, n) = debugged(&launch, at(column, None, never));
        let conditions = ["false", "n == 1000", "n > 30 || n < 2", "builtins.elem n [ 100 200 ]"];
        let ways = std::iter::once((None, never)).chain(conditions.iter().map(|&it| (Some(it), None)));
        for (condition, hits) in ways {
            let (mut plain, mut with) = (Duration::MAX, Duration::MAX);
            for _ in 0..rounds {
                plain = plain.min(free(&launch, false));
                with = with.min(debugged(&launch, at(column, condition, hits)).0);
            }
            let each = with.saturating_sub(plain).as_nanos() as u64 / n.max(1);
            let times = with.as_secs_f64() / plain.as_secs_f64();
            println!("| {place} | `{}` | {n} | {times:.2} | {each} |", condition.unwrap_or("count of hits"));
        }
    }
    println!();
}

/// Steps in a second, without anybody looking.
fn steps(rounds: usize) {
    for (name, goal) in [
        ("into", Goal::Into(By::Expression)),
        ("into, by line", Goal::Into(By::Line)),
        ("into, by instruction", Goal::Into(By::Instruction)),
    ] {
        let n = 200_000;
        let mut best = Duration::MAX;
        for _ in 0..rounds {
            let mut session = launched(&Launch::text(LONG), true);
            session.begin(true);
            let start = Instant::now();
            for _ in 0..n {
                session.resume(goal.clone());
            }
            best = best.min(start.elapsed());
        }
        println!("steps {name}: {:.0} in a second", f64::from(n) / best.as_secs_f64());
    }
}

/// Everything an editor asks for at a stop with fifty frames.
fn looks(rounds: usize) {
    let mut best = Duration::MAX;
    let (mut n_frames, mut n_variables) = (0, 0);
    for _ in 0..rounds {
        let mut session = launched(&Launch::text(DEEP), true);
        let stopped = session.begin(false);
        assert!(matches!(stopped.reason, StopReason::BreakCall), "{:?}", stopped.reason);
        let start = Instant::now();
        let frames = session.frames(0, 50);
        (n_frames, n_variables) = (frames.len(), 0);
        for frame in &frames {
            black_box(frame.span.and_then(|it| session.locate(it)));
            for scope in session.scopes(frame.index) {
                for variable in scope.variables {
                    n_variables += 1;
                    black_box(session.show(variable.value));
                }
            }
        }
        best = best.min(start.elapsed());
    }
    println!("{n_frames} frames and {n_variables} variables shown in {best:.1?}");
}

/// Steps back after a long way.
fn ways_back() {
    let mut session = launched(&Launch::text(LONG), true);
    // What is met last before ten million instructions is found by its count of hits.
    let target = Target::Source { name: "«string»".to_owned(), line: 0, column: Some(17) };
    let hits = Hits::parse("== 650000").ok();
    session.add_breakpoint(target, Rules { hits, ..Rules::default() });
    session.begin(false);
    println!("stopped after {} instructions", session.vm().count());
    for name in ["first step back", "second", "third", "fourth"] {
        let start = Instant::now();
        session.step_back(Goal::Into(By::Expression));
        println!("{name}: {:.1?}", start.elapsed());
    }
    let start = Instant::now();
    session.step_back(Goal::Over(By::Expression));
    println!("back over an expression: {:.1?}", start.elapsed());
    let start = Instant::now();
    session.reverse_continue();
    println!("back to the beginning: {:.1?}", start.elapsed());
}

/// Where a program is debugged that can be saved.
type Recorded = DebugSession<Recorder<VirtualStore<Disk>>>;

/// Ways back through a long program: from its end to a breakpoint that is met once, at the beginning; steps back from
/// moments all over it; and saving there.
fn past(path: &Path, rounds: usize) {
    let full = std::fs::canonicalize(path).expect("the program is there");
    let launch = Launch::file(CanonPath::new(full.to_string_lossy().as_bytes()));
    let recorder = Recorder::new(VirtualStore::new(Disk::default()), false);
    let entries = recorder.entries();
    let limits = Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let settings = Settings { keeps_names: true, system: "x86_64-linux".to_owned(), ..Settings::default() };
    let mut session: Recorded = DebugSession::over(Session::new(machine_in(settings, limits), recorder));
    session.launch(&launch).expect("the program is Nix");
    let mut stopped = session.begin(true);
    let first = session.vm().frames().last().expect("it has begun").pc;
    session.add_breakpoint(Target::Instruction(first), Rules::default());
    while !stopped.reason.is_end() {
        stopped = session.resume(Goal::Continue);
    }
    let end = stopped.count;
    println!("{}: {end} instructions", path.display());
    for name in ["for the first time", "again"] {
        session.go_to(end);
        let start = Instant::now();
        let stopped = session.reverse_continue();
        let took = start.elapsed();
        assert!(matches!(stopped.reason, StopReason::Breakpoint(_)), "{:?}", stopped.reason);
        println!("reverse-continue from the end to moment {}, {name}: {took:.1?}", stopped.count);
    }
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut going, mut steps, mut next, mut saving) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds * 20 {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let count = first_count(&session) + (random >> 16) % (end - first_count(&session));
        let goal = match round % 3 {
            0 => Goal::Into(By::Expression),
            1 => Goal::Over(By::Expression),
            _ => Goal::Over(By::Line),
        };
        going.push(timed(|| session.go_to(count)));
        steps.push(timed(|| session.step_back(goal.clone())));
        next.extend((0..5).map(|_| timed(|| session.step_back(goal.clone()))));
        saving.push(timed(|| {
            let entries = entries.lock().map(|it| it.clone()).unwrap_or_default();
            Saved { about: Vec::new(), entries, state: session.state() }.to_bytes()
        }));
    }
    let all = [("going to a moment", going), ("the first step back there", steps), ("further ones", next)];
    for (name, mut times) in all.into_iter().chain([("saving", saving)]) {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{name}, {} times: median {:.1?}, p95 {:.1?}, most {:.1?}", times.len(), at(50), at(95), at(100));
    }
    println!("{:?}", session.debugger.timeline().history(session.vm()));
}

fn first_count(session: &Recorded) -> u64 {
    session.debugger.timeline().start()
}

fn timed<T>(job: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(job());
    start.elapsed()
}
