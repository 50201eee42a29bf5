//! Standard output and error. The only file that prints.

use std::io::{self, IsTerminal as _, Write as _};

use nixscope_engine::diagnostic::{Diagnostic, Severity};
use nixscope_engine::session::report::{self, Style};

/// Whether standard error gets colours: as Nix, on a terminal that is not `dumb`, unless `NO_COLOR` is set; and always
/// if `CLICOLOR_FORCE` is.
#[must_use]
pub(crate) fn style() -> Style {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if std::env::var_os("CLICOLOR_FORCE").is_some_and(|it| it != "0") && !is_set("NO_COLOR") {
        return Style::Colour;
    }
    let is_dumb = std::env::var_os("TERM").is_none_or(|it| it == "dumb");
    let is_plain = !io::stderr().is_terminal() || is_dumb || is_set("NO_COLOR") || is_set("NOCOLOR");
    if is_plain { Style::Plain } else { Style::Colour }
}

/// Tells something.
pub(crate) fn tell(diagnostic: &Diagnostic) {
    tell_text(&report::text(diagnostic, style()));
}

/// Tells an error.
pub(crate) fn tell_error(message: &str) {
    tell(&Diagnostic::new(Severity::Error, message));
}

/// Tells a warning.
pub(crate) fn tell_warning(message: &str) {
    tell(&Diagnostic::new(Severity::Warning, message));
}

/// Writes to standard error. Nobody may be listening: then it is lost.
pub(crate) fn tell_text(text: &[u8]) {
    let _ = io::stderr().lock().write_all(text);
}

/// Writes to standard output.
///
/// # Errors
/// If nobody takes it.
pub(crate) fn print(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}
