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
    let name = ide::name_at(open.document(), offset).map(|it| it.0);
    let origin = name.or_else(|| ide::key_at(open.document(), offset).map(|it| it.0))?;
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
    let mut places = declared(now, open, offset);
    if places.is_empty() {
        places = written(now, open, offset);
    }
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
    if let Some(said) = about_key(now, open, offset) {
        return Some(said);
    }
    let (range, _) = ide::name_at(open.document(), offset)?;
    let place = written(now, open, offset).into_iter().next()?;
    let doc = now.document(&place.path)?;
    let said = ide::hover(&doc, now, place.offset)?;
    Some((said.markdown, range))
}

/// What is said of the option that the name at an offset defines, in Markdown, and where the name is.
fn about_key(now: &Snapshot, open: &Open, offset: u32) -> Option<(String, TextRange)> {
    let (range, steps) = ide::key_at(open.document(), offset)?;
    let said = now.live.text(&open.uri)?.kept.clone()?.ask(|asked| {
        let (set, name) = asked.option_at(&steps)?;
        let option = asked.along(set, &[name])?;
        asked.about(option)
    });
    Some((said?, range))
}

/// Where the option is declared that the name at an offset defines.
fn declared(now: &Snapshot, open: &Open, offset: u32) -> Vec<Written> {
    let ask = || {
        let (_, steps) = ide::key_at(open.document(), offset)?;
        now.live.text(&open.uri)?.kept.clone()?.ask(|asked| {
            let (set, name) = asked.option_at(&steps)?;
            let option = asked.along(set, std::slice::from_ref(&name))?;
            let found = asked.declared(option);
            Some((found, asked.written_as(set, &name), name))
        })
    };
    let Some((found, written, name)) = ask() else { return Vec::new() };
    let place = |(path, at): (String, Option<(u32, u32)>)| {
        let doc = now.document(&path)?;
        let offset = at.and_then(|it| offset_of(doc.text(), it)).map(|it| ide::name_along(&doc, it, &name));
        let offset = offset.unwrap_or(0);
        Some(Written { path, offset })
    };
    let found: Vec<Written> = found.into_iter().filter_map(place).collect();
    if found.is_empty() { written.into_iter().collect() } else { found }
}

/// The byte of a text at a line and column, from 1, as positions in programs are counted.
fn offset_of(text: &[u8], (line, column): (u32, u32)) -> Option<u32> {
    let before = text.split_inclusive(|it| *it == b'\n').take(line.checked_sub(1)? as usize);
    let start = before.map(<[u8]>::len).sum::<usize>() as u32;
    Some(start + column.checked_sub(1)?).filter(|it| *it <= text.len() as u32)
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
