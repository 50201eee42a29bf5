use nixscope_engine::*;
fn main() {
    let arg = std::env::args().nth(1).unwrap();
    let text = if arg.ends_with(".nix") { std::fs::read(&arg).unwrap() } else { arg.into_bytes() };
    let limits = vm::Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let mut vm = builtins::machine(&builtins::Features::default(), limits);
    let body = match vm.read(source::Origin::String, text.into(), "/tmp", &[]) {
        Ok(b) => b,
        Err(f) => {
            println!("{:#?}", f.data());
            return;
        }
    };
    vm.start(body, 0);
    let mut v = match vm.run(u64::MAX) {
        vm::Stop::Done(v) => v,
        vm::Stop::Fault(f) => {
            println!("{:#?}", f.data());
            return;
        }
        other => {
            println!("{other:?}");
            return;
        }
    };
    vm.start_native(vm::DEEP_FORCE, &[v]);
    match vm.run(u64::MAX) {
        vm::Stop::Done(x) => v = x,
        vm::Stop::Fault(f) => {
            println!("{:#?}", f.data());
            return;
        }
        other => {
            println!("{other:?}");
            return;
        }
    };
    println!("{}", String::from_utf8_lossy(&print::ambiguous(vm.print_cx(), v)));
    eprintln!("count {} heap {}", vm.count(), vm.heap.bytes_used());
}
