//! Programs in memory to be debugged.

use std::sync::Arc;

use nixscope_dap_adapter::NixAdapter;
use nixscope_dap_adapter::adapter::Note;
use nixscope_dap_adapter::launch::{LaunchArguments, Made, Outside};
use nixscope_dap_adapter::outbox::Outbox;
use nixscope_dap_adapter::server::Inbox;
use nixscope_engine::session::DebugSession;
use nixscope_engine::vm::{Limits, Settings};
use nixscope_engine::world::{CanonPath, Memory};

/// Makes an adapter in whose world `/demo.nix` is this program, and `/lib.nix` a small library.
pub(crate) fn adapter(program: &str) -> impl FnOnce(Outbox, Inbox<Note>) -> NixAdapter + Send + 'static {
    let program = program.to_owned();
    move |outbox, inbox| {
        let make = move |launch: &LaunchArguments| {
            let mut world = Memory::new();
            world.file("/demo.nix", &program);
            world.file("/lib.nix", "{\n  inc = x:\n    x + 1;\n  fail = throw \"lib fails\";\n}\n");
            world.file("/store/dep.nix", "f: f 20 + 1\n");
            let limits = Limits { max_depth: launch.max_call_depth.unwrap_or(100_000), max_heap: 1 << 30 };
            let world: Outside = Box::new(world);
            let session = DebugSession::new(Settings::default(), limits, world);
            Ok(Made { session, folder: CanonPath::root(), image: None, replayed: None, remarks: Vec::new() })
        };
        NixAdapter::new(outbox, inbox, Arc::new(make))
    }
}
