//! Places as a person types and reads them: which text a name means, and how paths are told.

use crate::debug::frames::is_internal;
use crate::debug::location::{Location, name_of};
use crate::session::DebugSession;
use crate::source::{SourceFile, Span};
use crate::world::{CanonPath, World};

use super::Console;
use super::command::PlaceText;

impl Console {
    /// A path as it is told: without the folder, if it is in it.
    pub(super) fn short<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.folder).and_then(|it| it.strip_prefix('/')).filter(|it| !it.is_empty()).unwrap_or(path)
    }

    /// Text with places in it, such as the report of a fault: their paths are told as others are.
    pub(super) fn shorten(&self, text: &str) -> String {
        text.replace(&format!("at {}/", self.folder), "at ")
    }

    /// A place as it is told: `lib.nix:3:5`.
    pub(super) fn place(&self, at: &Location) -> String {
        format!("{}:{}:{}", self.short(&at.name), at.start.line + 1, at.start.byte + 1)
    }

    /// The place of a span.
    pub(super) fn place_of<W: World>(&self, session: &DebugSession<W>, span: Span) -> Option<String> {
        session.locate(span).map(|it| self.place(&it))
    }

    /// The index of the frame whose names expressions see: the selected one, or if it is a builtin's, the code that
    /// waits for it.
    pub(super) fn scope_frame<W: World>(&self, session: &DebugSession<W>) -> Option<usize> {
        let vm = session.vm();
        let selected = self.selected(session)?;
        (0..=selected).rev().find(|&it| {
            let frame = vm.frames()[it];
            frame.is_code() && vm.unit_of(frame.code).is_some()
        })
    }

    /// The span of what the selected frame computes, or the code that waits for it.
    pub(super) fn span_here<W: World>(&self, session: &DebugSession<W>) -> Option<Span> {
        session.debugger.span_of(session.vm(), self.scope_frame(session)?)
    }

    /// What the text goes by that a typed name means. A file that was not read is one in the folder.
    ///
    /// # Errors
    /// If it could be one or another, or there is none at hand.
    pub(super) fn name_of_text<W: World>(
        &self,
        session: &mut DebugSession<W>,
        typed: Option<&str>,
    ) -> Result<String, String> {
        let Some(typed) = typed else {
            let here = self.span_here(session).and_then(|it| session.locate(it)).map(|it| it.name);
            return here.or_else(|| main_text(session)).ok_or_else(|| "no text was read yet: name a file".to_owned());
        };
        let names = texts(session);
        if names.iter().any(|it| it == typed) {
            return Ok(typed.to_owned());
        }
        if let Some(name) = names.iter().find(|it| it.trim_matches(['«', '»']) == typed) {
            return Ok(name.clone());
        }
        let folder = CanonPath::new(if self.folder.is_empty() { b"/" } else { self.folder.as_bytes() });
        let path = CanonPath::new_at(typed.as_bytes(), &folder).to_text().into_owned();
        if names.contains(&path) || typed.starts_with(['/', '.']) {
            return Ok(path);
        }
        let suffix = format!("/{typed}");
        let found: Vec<&String> = names.iter().filter(|it| it.ends_with(&suffix)).collect();
        match found.as_slice() {
            [] => Ok(path),
            [name] => Ok((*name).clone()),
            several => {
                let names: Vec<&str> = several.iter().map(|it| self.short(it)).take(5).collect();
                Err(format!("'{typed}' could be any of {}", names.join(", ")))
            }
        }
    }

    /// The unit and the span of a typed place.
    ///
    /// # Errors
    /// If its text was not read, or it has no such line.
    pub(super) fn unit_at<W: World>(&self, session: &mut DebugSession<W>, at: &PlaceText) -> Result<u32, String> {
        let name = self.name_of_text(session, at.file.as_deref())?;
        let unit = session.unit_named(&name).ok_or_else(|| format!("{} was not read yet", self.short(&name)))?;
        let file = session.vm().sources.file(session.vm().unit(unit).module.file);
        let n_lines = file.lines().n_lines() - u32::from(file.text.ends_with(b"\n"));
        if at.line >= n_lines.max(1) {
            return Err(format!("{} ends at line {n_lines}", self.short(&name)));
        }
        Ok(unit)
    }
}

/// What all texts go by that belong to the program.
pub(super) fn texts<W: World>(session: &DebugSession<W>) -> Vec<String> {
    let shows_internal = session.debugger.skips.with_internal;
    units(session, shows_internal).map(|it| name_of(text_of(session, it))).collect()
}

/// The text of the program itself: the first that does not come with the evaluator.
fn main_text<W: World>(session: &DebugSession<W>) -> Option<String> {
    units(session, false).next().map(|it| name_of(text_of(session, it)))
}

/// The texts of the program, and perhaps those that come with the evaluator.
fn units<W: World>(session: &DebugSession<W>, with_internal: bool) -> impl Iterator<Item = u32> {
    let is_shown = move |unit: &u32| with_internal || !is_internal(&text_of(session, *unit).origin);
    (0..session.vm().n_units()).filter(|it| !session.debugger.is_own(*it)).filter(is_shown)
}

fn text_of<W: World>(session: &DebugSession<W>, unit: u32) -> &SourceFile {
    session.vm().sources.file(session.vm().unit(unit).module.file)
}
