//! Other ways to write strings and names in quotes.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Action, ActionKind, Edit};
use super::super::names::SetKind;
use super::super::syntax;
use super::super::tree::NodeId;
use super::{Place, action};

/// `a` becomes `"a"` in an attribute path.
pub(super) fn quote_name(place: &Place<'_>) -> Option<Action> {
    let (tree, names) = (place.doc.tree(), place.doc.names());
    // The name of a variable needs none.
    let set = names.def_at(place.node).map(|it| names.set(names.def(it).set).kind);
    if set == Some(SetKind::Let) {
        return None;
    }
    let is_name =
        tree.kind(place.node) == SyntaxKind::NODE_IDENT && tree.parent_kind(place.node) == SyntaxKind::NODE_ATTRPATH;
    let range = tree.range(place.node);
    let edits = vec![Edit::insert(range.start, "\""), Edit::insert(range.end, "\"")];
    if is_name { action("Put the name in quotes", ActionKind::Rewrite, edits) } else { None }
}

/// `"a"` becomes `a` in an attribute path.
pub(super) fn unquote_name(place: &Place<'_>) -> Option<Action> {
    let tree = place.doc.tree();
    let string = place.around(SyntaxKind::NODE_STRING)?;
    let parent = tree.parent_kind(string);
    let text = syntax::plain_string(place.doc.text(), tree, string).filter(|it| syntax::is_word(it))?;
    let is_name = matches!(parent, SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT);
    let text = String::from_utf8_lossy(text).into_owned();
    let edits = vec![Edit::replace(tree.range(string), text)];
    // An inherited name without quotes means the same too.
    if is_name { action("Take the quotes off the name", ActionKind::Rewrite, edits) } else { None }
}

/// The string that the place is in, unless it is a name.
fn string(place: &Place<'_>, start: &str) -> Option<NodeId> {
    let tree = place.doc.tree();
    let node = (tree.kind(place.node) == SyntaxKind::NODE_STRING).then_some(place.node)?;
    let is_name = matches!(
        tree.parent_kind(node),
        SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT | SyntaxKind::NODE_DYNAMIC
    );
    let token = tree.token(node, SyntaxKind::TOKEN_STRING_START)?;
    let is_closed = tree.token(node, SyntaxKind::TOKEN_STRING_END).is_some();
    (!is_name && is_closed && place.show(token) == start).then_some(node)
}

/// `"…\n…"` becomes `''…''` on several lines.
pub(super) fn to_indented(place: &Place<'_>) -> Option<Action> {
    let tree = place.doc.tree();
    let node = string(place, "\"")?;
    let mut text = String::new();
    for part in tree.elements(node) {
        match tree.kind(part) {
            SyntaxKind::TOKEN_STRING_CONTENT => {
                let content = std::str::from_utf8(place.doc.slice(tree.range(part))).ok()?;
                indented(content, &mut text)?;
            }
            SyntaxKind::NODE_INTERPOL => {
                let shown = place.show(part);
                if shown.contains('\n') {
                    return None;
                }
                text.push_str(&shown);
            }
            _ => {}
        }
    }
    let is_plain = text.split('\n').any(|it| !it.starts_with([' ', '\t']) && !it.is_empty());
    let has_blank_line = text.split('\n').any(|it| !it.is_empty() && it.trim().is_empty());
    if !is_plain || has_blank_line || text.ends_with(['\'', '$']) || text.contains('\r') {
        return None;
    }
    let new = if text.contains('\n') {
        let outer = place.indent(node);
        let indent = format!("{outer}  ");
        let lines: Vec<String> =
            text.split('\n').map(|it| if it.is_empty() { String::new() } else { format!("{indent}{it}") }).collect();
        let lines = lines.join("\n");
        // What a string ends with behind its last line break are the blanks before the quotes.
        let end = if text.ends_with('\n') { outer } else { String::new() };
        format!("''\n{lines}{end}''")
    } else {
        format!("''{text}''")
    };
    action("Write as an indented string", ActionKind::Rewrite, vec![Edit::replace(tree.range(node), new)])
}

/// A piece of a string in quotes as it reads in an indented one; `None` if that is not simple.
fn indented(content: &str, text: &mut String) -> Option<()> {
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '$' if chars.peek() == Some(&'{') => text.push_str("''$"),
                'r' | '\'' | '{' => return None,
                other => text.push(other),
            },
            '\'' if chars.peek() == Some(&'\'') => return None,
            '$' if chars.peek() == Some(&'$') => return None,
            c => text.push(c),
        }
    }
    // A quote or dollar at the end might read together with what follows.
    (!text.ends_with(['\'', '$'])).then_some(())
}

/// `''…''` on one line becomes `"…"`.
pub(super) fn from_indented(place: &Place<'_>) -> Option<Action> {
    let tree = place.doc.tree();
    let node = string(place, "''")?;
    let mut text = String::from("\"");
    let mut is_first = true;
    for part in tree.elements(node) {
        match tree.kind(part) {
            SyntaxKind::TOKEN_STRING_CONTENT => {
                let content = std::str::from_utf8(place.doc.slice(tree.range(part))).ok()?;
                let content = if is_first { content.trim_start_matches(' ') } else { content };
                if content.contains(['\n', '\r']) || content.contains("''") || content.contains("$$") {
                    return None;
                }
                text.push_str(&content.replace('\\', "\\\\").replace('"', "\\\""));
                is_first = false;
            }
            SyntaxKind::NODE_INTERPOL => {
                text.push_str(&place.show(part));
                is_first = false;
            }
            _ => {}
        }
    }
    text.push('"');
    action("Write as a string in quotes", ActionKind::Rewrite, vec![Edit::replace(tree.range(node), text)])
}
