//! Prints the deeply forced value of an expression or file, or the fault: for trying things while the engine is built.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "for the terminal of whoever works on it")]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "it is timed, and told what to run")]

use nixscope_engine::{
    store::VirtualStore,
    world::{Disk, World},
    *,
};
fn run(vm: &mut vm::Vm, world: &mut dyn World) -> Option<value::Value> {
    loop {
        match vm.run(u64::MAX) {
            vm::Stop::Done(v) => return Some(v),
            vm::Stop::Ask(request) => {
                let a = world.answer(&request);
                vm.answer(a);
            }
            vm::Stop::Fault(f) => {
                println!("{:#?}", f.data());
                return None;
            }
            vm::Stop::Fuel => {}
        }
    }
}
fn main() {
    let arg = std::env::args().nth(1).unwrap();
    let text = if arg.ends_with(".nix") { std::fs::read(&arg).unwrap() } else { arg.into_bytes() };
    let limits = vm::Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let mut vm = builtins::machine(&builtins::Features::default(), limits);
    let mut world = VirtualStore::new(Disk::default());
    let t0 = std::time::Instant::now();
    let body = match vm.read(source::Origin::String, text.into(), "/tmp", &[]) {
        Ok(b) => b,
        Err(f) => {
            println!("{:#?}", f.data());
            return;
        }
    };
    vm.start(body, 0);
    let Some(v) = run(&mut vm, &mut world) else { return };
    vm.start_native(vm::DEEP_FORCE, &[v]);
    let Some(v) = run(&mut vm, &mut world) else { return };
    if std::env::var("DUMP").is_ok() {
        for (i, b) in vm.program.bodies.iter().enumerate() {
            if b.entry != u32::MAX {
                println!("body {i} {:?} n{}", b.kind, b.arity);
                for pc in b.entry..b.end {
                    println!("  {pc} {:?}", vm.program.ops[pc as usize]);
                }
            }
        }
    }
    println!("{}", String::from_utf8_lossy(&print::ambiguous(vm.print_cx(), v, true)));
    eprintln!("count {} heap {} time {:?}", vm.count(), vm.heap.bytes_used(), t0.elapsed());
}
