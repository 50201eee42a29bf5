//! `nixscope dap`: hands sessions to the debug adapter, made of what the environment says and of what clients ask for.

use std::process::ExitCode;
use std::sync::Arc;

use nixscope_dap_adapter::NixAdapter;
use nixscope_dap_adapter::adapter::Note;
use nixscope_dap_adapter::launch::{ImageStale, LaunchArguments, Made};
use nixscope_dap_adapter::outbox::Outbox;
use nixscope_dap_adapter::server::Inbox;
use nixscope_dap_adapter::transport::{Listener, block_on, loopback_address, serve_stdio};
use nixscope_engine::session::{DebugSession, Session};
use nixscope_engine::world::CanonPath;

use crate::args::DapArgs;
use crate::image::{self, Stale};
use crate::machine::{self, Purpose, Setup};
use crate::options::Options;
use crate::{environment, record, terminal};

impl DapArgs {
    /// Serves until the client, or somebody else, has enough.
    #[must_use]
    pub(crate) fn serve(&self) -> ExitCode {
        let result = match &self.listen {
            None => block_on(serve_stdio(adapter))
                .map_err(|it| it.to_string())
                .and_then(|ending| ending.complaint().map_or(Ok(()), Err)),
            Some(address) => block_on(listen(address)).map_err(|it| it.to_string()).and_then(|it| it),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                terminal::tell_error(&message);
                ExitCode::FAILURE
            }
        }
    }
}

async fn listen(address: &str) -> Result<(), String> {
    let address = loopback_address(address).map_err(|it| it.to_string())?;
    let listener = Listener::bind(address).await.map_err(|it| format!("listening on {address}: {it}"))?;
    listener.announce().map_err(|it| it.to_string())?;
    listener.serve_all(adapter).await;
    Ok(())
}

/// An adapter for one client.
fn adapter(outbox: Outbox, inbox: Inbox<Note>) -> NixAdapter {
    NixAdapter::new(outbox, inbox, Arc::new(make))
}

/// A session as a client wants it, on this machine.
pub(crate) fn make(launch: &LaunchArguments) -> Result<Made, String> {
    if let Some(path) = &launch.recording {
        if launch.program.is_some() || launch.expression.is_some() || launch.image.is_some() {
            return Err("`recording` brings its own program, and takes no other beside it".to_owned());
        }
        return record::take_up(path, launch.cwd.as_deref());
    }
    let (settings, warnings) = environment::settings();
    let mut options = Options { settings, warnings, includes: launch.search_path.clone(), ..Options::default() };
    for (name, value) in &launch.settings {
        match options.settings.set(name, value) {
            Ok(warnings) => options.warnings.extend(warnings),
            Err(warning) => options.warnings.push(warning),
        }
    }
    let settings = &mut options.settings;
    settings.pure_eval = launch.pure.unwrap_or(settings.pure_eval);
    settings.max_call_depth = launch.max_call_depth.or(settings.max_call_depth);
    settings.eval_system = launch.system.clone().unwrap_or_else(|| settings.eval_system.clone());
    options.max_heap = launch.max_heap;
    let here = machine::folder()?;
    let folder = launch.cwd.as_ref().map_or_else(|| here.clone(), |it| CanonPath::new_at(it.as_bytes(), &here));
    let setup = Setup::of(&options, &folder);
    let mut outside = setup.outside();
    let (vm, image) = match &launch.image {
        Some(path) => {
            let path = CanonPath::new_at(path.as_bytes(), &folder).to_text().into_owned();
            let stale = match launch.image_stale {
                ImageStale::Refuse => Stale::Refuse,
                ImageStale::Ignore => Stale::Ignore,
                ImageStale::Rebuild => Stale::Rebuild,
            };
            let (start, _) = image::take_up((&path, stale), &options, &setup, Purpose::Debug, &mut outside)?;
            (start.vm, Some(start.value))
        }
        None => (setup.machine(Purpose::Debug), None),
    };
    let session = DebugSession::over(Session::new(vm, outside));
    let unknown = options.settings.unknown.iter().map(|it| format!("unknown setting '{it}'"));
    let remarks = options.warnings.iter().cloned().chain(unknown).collect();
    Ok(Made { session, folder, image, replayed: None, remarks })
}
