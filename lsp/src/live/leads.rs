//! Where names lead and what is said of them, by what they were when the document ran.

use crate::ide::{self, Files as _, Location, TextRange};
use crate::state::{Open, Snapshot};

use super::kept::{Asked, Written};

/// Where the name or path at an offset leads: where it was really defined, then where the text says it is.
#[must_use]
pub fn definition(now: &Snapshot, open: &Open, offset: u32) -> Option<ide::Definitions> {
    let said = ide::definition(open.document(), now, offset);
    let seen = definitions(now, open, offset);
    if seen.is_empty() {
        return said;
    }
    let (origin, _) = ide::name_at(open.document(), offset)?;
    let mut locations = seen;
    for it in said.map(|it| it.locations).unwrap_or_default() {
        if !locations.iter().any(|other| (&other.path, other.focus) == (&it.path, it.focus)) {
            locations.push(it);
        }
    }
    Some(ide::Definitions { origin, locations })
}

/// Where the name at an offset was really defined, the likeliest first.
fn definitions(now: &Snapshot, open: &Open, offset: u32) -> Vec<Location> {
    let places = written(now, open, offset);
    let mut found: Vec<Location> = Vec::new();
    for place in &places {
        let Some(doc) = now.document(&place.path) else { continue };
        // A package is bound in one file and written in another, which is where somebody wants to go.
        if let Some(path) = ide::imported_in(&doc, now, place.offset) {
            found.push(Location { path: Some(path), full: TextRange::default(), focus: TextRange::default() });
        }
        let focus = match doc.tree().touched(place.offset) {
            Some(token) => doc.tree().range(token),
            None => TextRange::at(place.offset),
        };
        let own = open.path.as_deref() == Some(place.path.as_str());
        found.push(Location { path: (!own).then(|| place.path.clone()), full: focus, focus });
    }
    found
}

/// What is said of the name at an offset where it was defined, in Markdown, and where the name is.
#[must_use]
pub fn documentation(now: &Snapshot, open: &Open, offset: u32) -> Option<(String, TextRange)> {
    let (range, _) = ide::name_at(open.document(), offset)?;
    let place = written(now, open, offset).into_iter().next()?;
    let doc = now.document(&place.path)?;
    let said = ide::hover(&doc, now, place.offset)?;
    Some((said.markdown, range))
}

/// What is said of an attribute of a value, in Markdown: by itself, or where it was written.
pub(super) fn about(
    now: &Snapshot,
    asked: &mut Asked,
    set: nixscope_engine::value::Value,
    name: &str,
) -> Option<String> {
    let v = asked.along(set, &[name.to_owned()]);
    if let Some(said) = v.and_then(|it| asked.about(it)) {
        return Some(said);
    }
    let place = asked.written_as(set, name)?;
    let doc = now.document(&place.path)?;
    Some(ide::hover(&doc, now, place.offset)?.markdown)
}

fn written(now: &Snapshot, open: &Open, offset: u32) -> Vec<Written> {
    let Some((range, name)) = ide::name_at(open.document(), offset) else { return Vec::new() };
    let Some(live) = now.live.text(&open.uri) else { return Vec::new() };
    let Some(kept) = live.kept.clone() else { return Vec::new() };
    let formal = ide::root_formal_at(open.document(), offset);
    let is_argument = ide::is_argument_at(open.document(), offset);
    let before = live.before(&open.text, range.start).map(|start| (start, start + (range.end - range.start)));
    let found = kept.ask(|asked| {
        let owner = before.and_then(|it| asked.at(it)).and_then(|it| it.owner);
        let mut found: Vec<Written> = owner.and_then(|it| asked.written_as(it, &name)).into_iter().collect();
        if let (true, Some(name)) = (found.is_empty(), formal) {
            found.extend(asked.packages().and_then(|it| asked.written_as(it, &name)));
        }
        if found.is_empty() && is_argument {
            // A function that was handed over says where it is from.
            let value = before.and_then(|it| asked.at(it)).map(|it| it.value);
            let place = value.and_then(|it| asked.written(it));
            found.extend(place.and_then(|it| {
                let offset = ide::bound_at(&*now.document(&it.path)?, it.offset)?;
                Some(Written { offset, ..it })
            }));
        }
        Some(found)
    });
    found.unwrap_or_default()
}
