//! The one binary: `nixscope`, and `nix-instantiate` for who calls it by that name.

mod args;
mod attach;
mod check;
mod dap;
mod debug;
mod debug_args;
mod environment;
mod image;
mod limits;
mod line;
mod lsp;
mod machine;
mod notes;
mod options;
mod progress;
mod record;
mod run;
mod settings;
mod stand_in;
mod terminal;
mod test;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};

fn main() -> ExitCode {
    let name = std::env::args_os().next().unwrap_or_default();
    let is_stand_in = std::path::Path::new(&name).file_name().is_some_and(|it| it == "nix-instantiate");
    if is_stand_in { stand_in_main() } else { nixscope_main() }
}

/// What `nixscope` does.
fn nixscope_main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let (settings, warnings) = environment::settings();
    let text = match cli.command {
        Command::Eval(args) => return run::run(&args.into_options(settings, warnings)),
        Command::Debug(args) => return debug::run(&args.into_wanted(settings, warnings)),
        Command::Resume(args) => return debug::resume(&args),
        Command::Record(args) => return record::record(*args, settings, warnings),
        Command::Replay(args) => return record::replay(&args),
        Command::Image(args) => return image::image(args, settings, warnings),
        Command::Parse(args) => return run::run(&args.into_options(settings, warnings)),
        Command::Dap(args) => return args.serve(),
        Command::Lsp(_) => return lsp::serve(),
        Command::Check(args) => return check::run(&args),
        Command::Test(args) => return test::test(&args),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "nixscope", &mut text);
            Ok(text)
        }
        Command::Man { command } => manual_page(command.as_deref()),
    };
    let result = text.and_then(|text| terminal::print(&text).map_err(|it| it.to_string()));
    end(result)
}

/// The manual page of `nixscope`, or of one of its commands.
fn manual_page(command: Option<&str>) -> Result<Vec<u8>, String> {
    let mut all = Cli::command();
    all.build();
    let page = match command {
        None => all,
        Some(name) => {
            let found = all.find_subcommand(name).cloned();
            let title = format!("nixscope-{name}");
            found.ok_or_else(|| format!("there is no command '{name}'"))?.display_name(title)
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|it| it.to_string())?;
    Ok(text)
}

const STAND_IN_HELP: &str = "\
Usage: nix-instantiate --eval | --parse | --find-file [--expr] [--strict] [--json | --xml | --raw]
           [--attr PATH]... [--arg NAME EXPR]... [--argstr NAME TEXT]... [--include PATH]... [PROGRAM]...

This is nixscope, called by the name nix-instantiate: it evaluates, and does not instantiate.
'nixscope eval --help' says what the flags mean.
";

/// What `nix-instantiate` does.
fn stand_in_main() -> ExitCode {
    let words = std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    let (settings, warnings) = environment::settings();
    let version = concat!("nix-instantiate (Nix) 2.34.8\nplayed by nixscope ", env!("CARGO_PKG_VERSION"), "\n");
    let message = match stand_in::read(words, settings, warnings) {
        Ok(stand_in::Wanted::Run(options)) => return run::run(&options),
        Ok(stand_in::Wanted::Version) => return end(terminal::print(version.as_bytes()).map_err(|it| it.to_string())),
        Ok(stand_in::Wanted::Help) => {
            return end(terminal::print(STAND_IN_HELP.as_bytes()).map_err(|it| it.to_string()));
        }
        Err(message) => message,
    };
    terminal::tell_error(&message);
    terminal::tell_line(b"Try 'nix-instantiate --help' for more information.");
    ExitCode::FAILURE
}

fn end(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            terminal::tell_error(&message);
            ExitCode::FAILURE
        }
    }
}
