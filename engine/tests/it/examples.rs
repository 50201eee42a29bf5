//! The examples of the tree, as the front page tells people to run them.

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::print;
use nixscope_engine::session::Session;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::Limits;
use nixscope_engine::world::{CanonPath, Disk};

#[test]
fn three_services_configure_each_other() {
    let vm = builtins::machine(&Features::default(), Limits { max_depth: 10_000, max_heap: 1 << 30 });
    let mut session = Session::new(vm, VirtualStore::new(Disk::default()));
    let path = CanonPath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/services").as_bytes());
    let body = session.read_file(&path).expect("the example is Nix");
    let function = session.eval(body).expect("it is a function");
    for (path, expected) in [
        ("report", r#""database on 5432\nweb on 8080\nbackup on 5433""#),
        ("services.web.database", r#""localhost:5432""#),
        ("services.database.clients", r#"[ "backup" "web" ]"#),
        ("users", r#"[ "www" "postgres" "backup" ]"#),
    ] {
        let v = session.choose(function, path, Value::EMPTY_ATTRS).and_then(|v| session.force_deep(v));
        let v = v.expect("the example has a value");
        let text = String::from_utf8_lossy(&print::ambiguous(session.vm.print_cx(), v, true)).into_owned();
        assert_eq!(text, expected, "{path}");
    }
}
