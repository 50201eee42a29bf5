//! The one binary: `nixscope`, and `nix-instantiate` for who calls it by that name.

mod limits;
mod options;
mod run;
mod settings;
mod stand_in;
mod terminal;

use std::process::ExitCode;

use settings::Settings;

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_default();
    let words: Vec<String> = words.map(|it| it.to_string_lossy().into_owned()).collect();
    let is_stand_in = std::path::Path::new(&name).file_name().is_some_and(|it| it == "nix-instantiate");
    if !is_stand_in {
        return ExitCode::FAILURE;
    }
    stand_in_main(words)
}

/// What `nix-instantiate` does.
fn stand_in_main(words: Vec<String>) -> ExitCode {
    let message = match stand_in::read(words, Settings::default()) {
        Ok(stand_in::Wanted::Run(options)) => return run::run(&options),
        Ok(stand_in::Wanted::Version | stand_in::Wanted::Help) => return ExitCode::SUCCESS,
        Ok(stand_in::Wanted::Instantiate) => "instantiating is not done here".to_owned(),
        Err(message) => message,
    };
    terminal::tell_error(&message);
    terminal::tell_text(b"Try 'nix-instantiate --help' for more information.\n");
    ExitCode::FAILURE
}
