//! Standard output and error. The only file that prints.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Mutex;

use nixscope_engine::diagnostic::{Diagnostic, Severity};
use nixscope_engine::session::report::{self, Style};
use nixscope_engine::world::NoteKind;

/// Whether a line is shown that has to go before anything else is written to the terminal.
static HAS_STATUS: Mutex<bool> = Mutex::new(false);

/// Goes back to the beginning of the line and clears it.
const CLEAR_LINE: &[u8] = b"\r\x1b[K";

/// Whether standard error gets colours: as Nix, on a terminal that is not `dumb`, unless `NO_COLOR` is set; and always
/// if `CLICOLOR_FORCE` is.
pub(crate) fn style() -> Style {
    style_on(is_screen())
}

/// The same of standard output.
pub(crate) fn output_style() -> Style {
    style_on(io::stdout().is_terminal() && is_capable())
}

fn style_on(is_screen: bool) -> Style {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if std::env::var_os("CLICOLOR_FORCE").is_some_and(|it| it != "0") && !is_set("NO_COLOR") {
        return Style::Colour;
    }
    if is_screen && !is_set("NO_COLOR") && !is_set("NOCOLOR") { Style::Colour } else { Style::Plain }
}

/// Whether standard error is a terminal on which a line can be cleared.
pub(crate) fn is_screen() -> bool {
    io::stderr().is_terminal() && is_capable()
}

fn is_capable() -> bool {
    std::env::var_os("TERM").is_some_and(|it| it != "dumb")
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

/// Tells what a program warns about.
pub(crate) fn tell_note(kind: NoteKind, text: &[u8]) {
    let severity = match kind {
        NoteKind::EvaluationWarning => Severity::EvaluationWarning,
        NoteKind::Trace | NoteKind::Warning => Severity::Warning,
    };
    tell(&Diagnostic::new(severity, String::from_utf8_lossy(text)));
}

/// Tells one line as it is, but for control sequences.
pub(crate) fn tell_line(line: &[u8]) {
    let mut text = report::filter_bytes(line, style());
    text.push(b'\n');
    tell_text(&text);
}

/// Writes to standard error. Nobody may be listening: then it is lost.
fn tell_text(text: &[u8]) {
    let mut has_status = HAS_STATUS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut err = io::stderr().lock();
    if std::mem::take(&mut *has_status) {
        let _ = err.write_all(CLEAR_LINE);
    }
    let _ = err.write_all(text);
}

/// Shows a line in place of the one shown before.
pub(crate) fn show_status(line: &str) {
    let mut has_status = HAS_STATUS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *has_status = true;
    let _ = io::stderr().lock().write_all(&[CLEAR_LINE, line.as_bytes()].concat());
}

/// Takes the line away.
pub(crate) fn clear_status() {
    tell_text(b"");
}

/// Writes to standard output.
///
/// # Errors
/// If nobody takes it.
pub(crate) fn print(text: &[u8]) -> io::Result<()> {
    clear_status();
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}
