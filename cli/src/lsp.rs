//! `nixscope lsp`: hands standard input and output to the language server.

use std::process::ExitCode;

use nixscope_lsp::Ending;

use crate::terminal;

/// Serves until the client leaves. It is a failure if it leaves without having said so.
pub(crate) fn serve() -> ExitCode {
    match nixscope_lsp::serve_stdio() {
        Ok(Ending::Exit | Ending::Closed) => ExitCode::SUCCESS,
        Ok(Ending::Abrupt) => ExitCode::FAILURE,
        Err(error) => {
            terminal::tell_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
