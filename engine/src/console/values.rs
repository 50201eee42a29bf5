//! Evaluating and finding values.

use crate::debug::value;
use crate::session::DebugSession;
use crate::source::Span;
use crate::text::suggest;
use crate::value::Value;
use crate::vm::{Budget, Fault, FaultKind};
use crate::world::World;

use super::command::Query;
use super::{Console, Reply, code, path, table};

/// How long the text of a whole value may be, in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Console {
    pub(super) fn query<W: World>(&mut self, session: &mut DebugSession<W>, query: &Query) -> Result<Reply, String> {
        match query {
            Query::Print(text) => self.print(session, text),
            Query::Bare(text) => self.print(session, text).map_err(|why| with_suggestion(why, text)),
            Query::Show(text) => {
                let v = self.evaluate(session, text)?;
                Ok(Reply::told(value::full_text(session.vm(), v, MAX_TEXT)))
            }
            Query::Type(text) => {
                let v = self.evaluate(session, text)?;
                Ok(Reply::told(session.show(v).type_name))
            }
            Query::Preview => self.preview(session),
            Query::Force(text) => self.force(session, text),
            Query::Where(text) => self.written(session, text),
            Query::Forced { path, with_time } => self.forced(session, path, *with_time),
        }
    }

    fn print<W: World>(&self, session: &mut DebugSession<W>, text: &str) -> Result<Reply, String> {
        let v = self.evaluate(session, text)?;
        Ok(Reply::told(session.show(v).text))
    }

    /// The value of an expression where the selected frame is.
    fn evaluate<W: World>(&self, session: &mut DebugSession<W>, text: &str) -> Result<Value, String> {
        let frame = self.scope_frame(session);
        session.evaluate(frame, text, Budget::default()).map_err(|fault| told(&fault))
    }

    fn preview<W: World>(&self, session: &mut DebugSession<W>) -> Result<Reply, String> {
        let span = self.span_here(session).ok_or_else(|| "no expression is at hand".to_owned())?;
        let vm = session.vm();
        let text = vm.sources.file_of(span.start).and_then(|file| {
            let bytes = file.text.get(file.offset(span.start) as usize..file.offset(span.end) as usize)?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        });
        let text = text.ok_or_else(|| "the expression at hand is written nowhere".to_owned())?;
        self.print(session, &text)
    }

    fn force<W: World>(&mut self, session: &mut DebugSession<W>, text: &str) -> Result<Reply, String> {
        let names = path::names(text).ok_or_else(|| {
            format!("'{text}' does not name a value of the program: names with dots between them do; `print` evaluates")
        })?;
        let found = self.follow(session, &names)?;
        if let Some(v) = session.vm().settled(found.value) {
            return Ok(Reply::told(format!("{text} is there already: {}", session.show(v).text)));
        }
        if value::laziness(session.vm(), found.value) == value::Laziness::Running {
            return Err(format!("{text} is being computed right now: it cannot be forced before it is done"));
        }
        let v = session.force(found.value).map_err(|fault| told(&fault))?;
        let text =
            format!("{}\n  for good: the program will find it computed, and ways back end here", session.show(v).text);
        Ok(Reply { is_stale: true, ..Reply::told(text) })
    }

    fn forced<W: World>(&self, session: &mut DebugSession<W>, text: &str, with_time: bool) -> Result<Reply, String> {
        let names = path::names(text)
            .ok_or_else(|| format!("'{text}' does not name a value of the program: names with dots between them do"))?;
        let found = self.follow(session, &names)?;
        let forced =
            session.forced_at(found.value).ok_or_else(|| match value::laziness(session.vm(), found.value) {
                value::Laziness::Suspended => format!("nobody needed {text} yet"),
                _ => format!("{text} was there from the beginning"),
            })?;
        let mut rows = Vec::new();
        if with_time {
            rows.push(format!("at moment {}", forced.count));
        }
        for it in &forced.frames {
            let place =
                it.span.and_then(|it| self.place_of(session, it)).map_or(String::new(), |it| format!(" at {it}"));
            let reason = if it.reason.is_empty() { String::new() } else { format!(", {}", self.reason(&it.reason)) };
            rows.push(format!("  {}{place}{reason}", self.short(&it.name)));
        }
        Ok(Reply { is_stale: true, ..Reply::told(rows.join("\n")) })
    }

    fn written<W: World>(&mut self, session: &mut DebugSession<W>, text: &str) -> Result<Reply, String> {
        let found = match path::names(text) {
            Some(names) => Some(self.follow(session, &names)?),
            None => None,
        };
        let v = match found {
            Some(found) => found.value,
            None => self.evaluate(session, text)?,
        };
        let vm = session.vm();
        let span = value::written(vm, v).or_else(|| value::written(vm, vm.heap.peek(v)));
        let named = found.filter(|it| it.pos.is_some()).map(|it| Span::new(it.pos, it.pos));
        let (what, span) = match (span, named) {
            (Some(span), _) => ("written", span),
            (None, Some(span)) => ("named", span),
            (None, None) => {
                return Err(format!("nobody knows where {text} is written: it is {}", vm.type_phrase(vm.heap.peek(v))));
            }
        };
        let place = self.place_of(session, span).unwrap_or_default();
        let source = code::underlined(session.vm(), span).map_or(String::new(), |it| format!("\n{it}"));
        Ok(Reply::told(format!("{what} at {place}{source}")))
    }
}

/// A fault of what was evaluated on the side.
fn told(fault: &Fault) -> String {
    let data = fault.data();
    let mut text = match data.kind {
        FaultKind::Throw | FaultKind::Abort => format!("it fails: {}", super::stop::one_line(&data.message)),
        _ => super::stop::one_line(&data.message),
    };
    let names: Vec<&[u8]> = data.suggestions.iter().map(String::as_bytes).collect();
    if let Some(it) = suggest::did_you_mean(&names) {
        text.push_str(". ");
        text.push_str(&it);
    }
    text
}

/// What begins with an unknown name may be a misspelt command.
fn with_suggestion(why: String, text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    if !why.contains("undefined variable") && !why.starts_with("syntax error") {
        return why;
    }
    match table::suggestion(word) {
        Some(it) => format!("there is no command '{word}', and as an expression: {why}. {it}"),
        None => why,
    }
}
