//! `nixscope eval --wait-for-debugger`: the program waits until somebody attaches, and is printed in the end as if nobody
//! had looked.

use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use nixscope_dap_adapter::NixAdapter;
use nixscope_dap_adapter::launch::Waiting;
use nixscope_dap_adapter::transport::{Listener, block_on, loopback_address};
use nixscope_engine::debug::Event;
use nixscope_engine::session::{DebugSession, Session};
use nixscope_engine::world::{CanonPath, NoteKind};

use crate::dap::make;
use crate::machine::{self, Purpose, Setup};
use crate::options::{Options, Task};
use crate::{image, notes, run, terminal};

/// Waits, and prints what came of the program.
pub(crate) fn run(options: &Options, folder: &CanonPath) -> ExitCode {
    let (told, outcome) = channel();
    let served = waiting(options, folder, told).and_then(|waiting| {
        let Some(waiting) = waiting else { return Ok(()) };
        let address = options.debugger.as_deref().unwrap_or("0");
        block_on(serve(address, waiting)).map_err(|it| it.to_string())?
    });
    if let Err(message) = served {
        terminal::tell_error(&message);
        return ExitCode::FAILURE;
    }
    // Nobody tells if the debugger has ended the program.
    outcome.recv().unwrap_or(ExitCode::FAILURE)
}

/// The program; none if it has failed already, which was told.
fn waiting(options: &Options, folder: &CanonPath, told: Sender<ExitCode>) -> Result<Option<Waiting>, String> {
    let ([] | [_], Task::Eval) = (&options.attr_paths[..], options.task) else {
        return Err("one value of one program can be debugged at a time".to_owned());
    };
    let setup = Setup::of(options, folder);
    let mut outside = setup.outside();
    let (vm, value) = match &options.image {
        Some((path, stale)) => {
            let (start, _) = image::take_up((path, *stale), options, &setup, Purpose::Debug, &mut outside)?;
            (start.vm, Some(start.value))
        }
        None => (setup.machine(Purpose::Debug), None),
    };
    let mut session = DebugSession::over(Session::new(vm, outside));
    let launch = match machine::launch_of(session.session(), value, options, folder)? {
        Ok(launch) => launch,
        Err(fault) => {
            let code = run::tell_outcome(session.session(), options, Err(&fault));
            let _ = told.send(code);
            return Ok(None);
        }
    };
    let verbosity = options.verbosity;
    let say = move |event: &Event| match event {
        Event::Note { kind: NoteKind::Trace, text, is_aside: false, .. } => {
            terminal::tell_line(format!("{}{text}", NoteKind::Trace.prefix()).as_bytes());
        }
        Event::Note { kind, text, is_aside: false, .. } if verbosity >= notes::WARNINGS => {
            terminal::tell_note(*kind, text.as_bytes());
        }
        _ => {}
    };
    let options = options.clone();
    let end = Box::new(move |session: &mut nixscope_dap_adapter::launch::Session, outcome: Result<_, &_>| {
        let code = run::tell_outcome(session.session(), &options, outcome);
        // If nobody waits for the code any more, the process is ending already.
        let _ = told.send(code);
    });
    Ok(Some(Waiting { session, launch, folder: folder.clone(), say: Box::new(say), end }))
}

/// Serves one client after the other until one has attached and gone.
async fn serve(address: &str, waiting: Waiting) -> Result<(), String> {
    let address = loopback_address(address).map_err(|it| it.to_string())?;
    let listener = Listener::bind(address).await.map_err(|it| format!("listening on {address}: {it}"))?;
    listener.announce().map_err(|it| it.to_string())?;
    let waiting = Arc::new(Mutex::new(Some(waiting)));
    while waiting.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
        let lent = Arc::clone(&waiting);
        let adapter = move |outbox, inbox| NixAdapter::waiting(outbox, inbox, Arc::new(make), lent);
        listener.serve_next(adapter).await.map_err(|it| it.to_string())?;
    }
    Ok(())
}
