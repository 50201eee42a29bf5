//! What is told when a cursor rests on something: the value it had, and what the text says of it.

use crate::ide;
use crate::live::{EntryKind, LiveText, Seen, Why, leads};
use crate::state::{Open, Snapshot};

/// What cannot stand in the path of a link as it is.
const IN_A_LINK: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'(')
    .add(b')')
    .add(b'<')
    .add(b'>')
    .add(b'?');

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Markdown.
    pub text: String,
    /// What it is about, in bytes.
    pub range: (u32, u32),
}

/// What is told of a place in a document.
#[must_use]
pub fn hover(now: &Snapshot, open: &Open, offset: u32) -> Option<Told> {
    let said = match leads::documentation(now, open, offset) {
        Some((markdown, range)) => Some(ide::Hover { range, markdown }),
        None => ide::hover(open.document(), now, offset),
    };
    match (value(now, open, offset), said) {
        (None, None) => None,
        (Some(value), None) => Some(value),
        (None, Some(said)) => Some(Told { text: said.markdown, range: (said.range.start, said.range.end) }),
        (Some(value), Some(said)) => {
            let range = (said.range.start, said.range.end);
            // The value of a whole call is not that of the word in it.
            let is_same = value.range == range;
            let text = if is_same { format!("{}\n\n---\n{}", value.text, said.markdown) } else { said.markdown };
            Some(Told { text, range })
        }
    }
}

/// The value that a place had.
fn value(now: &Snapshot, open: &Open, offset: u32) -> Option<Told> {
    let live = now.live.text(&open.uri)?;
    let before = live.before(&open.text, offset)?;
    let seen = live.at(before)?;
    let start = offset.checked_sub(before - seen.start).filter(|_| seen.start <= before)?;
    let range = (start, start + (seen.end - seen.start));
    // What was typed inside of it made it something else.
    let same = |text: &crate::text::Text, (start, end): (u32, u32)| {
        text.as_str().as_bytes().get(start as usize..end as usize).map(<[u8]>::to_vec)
    };
    if same(&open.text, range) != same(&live.text, (seen.start, seen.end)) {
        return None;
    }
    Some(Told { text: shown(&live, seen, live.version == open.version), range })
}

fn shown(live: &LiveText, seen: &Seen, is_fresh: bool) -> String {
    let mut notes = vec![seen.type_name.to_owned()];
    if seen.times > 1 {
        notes.push(format!("the last of {} values", seen.times));
    }
    if let Some((file, line)) = seen.from.as_ref().filter(|_| seen.times > 0) {
        let name = file.rsplit('/').next().unwrap_or(file);
        let path = percent_encoding::utf8_percent_encode(file, IN_A_LINK);
        notes.push(format!("for [{name}:{0}](file://{path}#L{0})", line + 1));
    }
    if let Some(entry) = live.entry.as_ref().filter(|it| it.kind != EntryKind::File) {
        notes.push(format!("by {} `{}`", entry.kind.name(), entry.label));
    }
    if !is_fresh {
        notes.push("from before the last change".to_owned());
    }
    match &live.why {
        Some(Why::Limit) => notes.push("evaluation was stopped at a limit".to_owned()),
        Some(Why::Failed(_) | Why::Forbidden(_)) => notes.push("evaluation failed later".to_owned()),
        Some(Why::WantsArguments) | None => {}
    }
    let mut others = String::new();
    if !seen.others.is_empty() {
        let all: Vec<String> = seen.others.iter().map(|it| format!("`{}`", it.replace('`', "'"))).collect();
        others = format!("\n\nbefore that {}", all.join(", "));
    }
    format!("```nix\n{}\n```\n{}{others}", seen.text, notes.join(" \u{b7} "))
}
