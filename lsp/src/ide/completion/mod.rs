//! What may be typed at a place: names in scope, attributes, arguments, paths, keywords. Where no word stands at the
//! cursor, the text is read again as if one did, so that a place is always understood as what it is going to be.

mod base;
mod names;
mod paths;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use nixscope_engine::syntax::{Features, SyntaxKind};

pub use base::{Base, BaseKind};

use super::statics::DocRef;
use super::tree::NodeId;
use super::{Document, Files, TextRange, syntax};

/// What may stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// What is replaced.
    pub range: TextRange,
    /// What may stand there, the likeliest first. All of it: an editor filters by what is typed.
    pub items: Vec<Completion>,
    /// What they belong to.
    pub base: Option<Base>,
}

/// One thing that may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and compared with what is typed.
    pub label: String,
    /// What is inserted.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What it is, in a few words.
    pub detail: String,
    /// More about it, in Markdown.
    pub doc: Option<String>,
}

/// What a [`Completion`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A name bound by `let` or a recursive set.
    Variable,
    /// An argument of a function around.
    Parameter,
    /// A name whose value is a function.
    Function,
    /// An attribute.
    Attribute,
    /// A builtin function.
    Builtin,
    /// A builtin that is no function.
    Constant,
    /// A word of the language.
    Keyword,
    /// A file.
    File,
    /// A directory.
    Folder,
}

/// Whether an editor may offer a name for what is typed: it has those letters in that order.
#[must_use]
pub fn may_become(typed: &str, label: &str) -> bool {
    let mut left = label.chars().flat_map(char::to_lowercase);
    let mut letters = typed.chars().filter(|it| *it != '"').flat_map(char::to_lowercase);
    letters.all(|letter| left.any(|it| it == letter))
}

/// Stands for the word that is going to be typed.
const DUMMY: &[u8] = b"nixscopeCompletesHere";

/// What may stand at an offset.
#[must_use]
pub fn completion(doc: &Document, files: &dyn Files, offset: u32) -> Completions {
    let offset = offset.min(doc.text().len() as u32);
    let tree = doc.tree();
    let before = tree.token_before(offset);
    if before.is_some_and(|it| is_text(doc, it, offset)) {
        return Completions::default();
    }
    if let Some(found) = paths::completion(doc, files, offset) {
        return found;
    }
    let touched = tree.touched(offset).filter(|&it| tree.kind(it) == SyntaxKind::TOKEN_IDENT);
    if let Some(token) = touched
        && let Some(node) = tree.parent(token)
    {
        return at_name(&DocRef::Here(doc), files, node, offset, tree.range(token));
    }
    if before.is_some_and(|it| is_word(doc, it)) {
        return Completions::default();
    }
    let mut text = doc.text()[..offset as usize].to_vec();
    text.extend_from_slice(DUMMY);
    text.extend_from_slice(&doc.text()[offset as usize..]);
    let other = Arc::new(Document::new(doc.path(), text, Features { pipe_operators: true }));
    let Some(token) = other.tree().token_at(offset) else { return Completions::default() };
    let Some(node) = other.tree().parent(token) else { return Completions::default() };
    if other.tree().kind(token) != SyntaxKind::TOKEN_IDENT || other.tree().range(token).start != offset {
        return Completions::default();
    }
    at_name(&DocRef::There(other), files, node, offset, TextRange::at(offset))
}

/// Whether the cursor is behind a word or number, which another word cannot follow.
fn is_word(doc: &Document, token: NodeId) -> bool {
    let range = doc.tree().range(token);
    !doc.tree().is_trivia(token) && doc.slice(range).last().is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_')
}

/// Whether the cursor is inside a comment or string.
fn is_text(doc: &Document, token: NodeId, offset: u32) -> bool {
    let tree = doc.tree();
    let range = tree.range(token);
    match tree.kind(token) {
        SyntaxKind::TOKEN_COMMENT => offset < range.end || !doc.slice(range).ends_with(b"*/"),
        SyntaxKind::TOKEN_STRING_START | SyntaxKind::TOKEN_STRING_CONTENT => true,
        SyntaxKind::TOKEN_INTERPOL_END => {
            tree.parent(token).and_then(|it| tree.parent(it)).is_some_and(|it| tree.kind(it) == SyntaxKind::NODE_STRING)
        }
        _ => false,
    }
}

/// What may stand where a word stands.
fn at_name(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, offset: u32, range: TextRange) -> Completions {
    let tree = doc.tree();
    let mut items = Vec::new();
    match tree.parent_kind(node) {
        SyntaxKind::NODE_ATTRPATH => names::in_path(doc, files, node, &mut items),
        SyntaxKind::NODE_INHERIT => names::in_inherit(doc, files, node, &mut items),
        SyntaxKind::NODE_PAT_ENTRY if !syntax::is_variable(tree, node) => names::formals(doc, node, &mut items),
        SyntaxKind::NODE_IDENT_PARAM | SyntaxKind::NODE_PAT_BIND => {}
        _ if tree.kind(node) == SyntaxKind::NODE_IDENT => {
            names::in_scope(doc, files, node, &mut items);
            keywords(doc, node, &mut items);
            if offset == range.start {
                paths::after_import(doc, files, node, &mut items);
            }
        }
        _ => {}
    }
    let mut seen = rustc_hash::FxHashSet::default();
    items.retain(|it| it.label.as_bytes() != DUMMY && seen.insert(it.label.clone()));
    // What stands behind the word that is not there yet is nearer in the text.
    let added = if matches!(doc, DocRef::There(_)) { DUMMY.len() as u32 } else { 0 };
    let shift = |it: TextRange| {
        let at = |it: u32| if it > offset { it.saturating_sub(added) } else { it };
        TextRange::new(at(it.start), at(it.end))
    };
    Completions { range, items, base: base::base(doc, node, shift) }
}

/// The words of the language that an expression may begin with, or that may follow what stands before.
fn keywords(doc: &DocRef<'_>, node: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let apply = tree.parent(node).filter(|&it| tree.kind(it) == SyntaxKind::NODE_APPLY);
    let is_arg = apply.is_some_and(|it| syntax::call(tree, it).is_some_and(|call| call.1 == node));
    let mut words: Vec<&str> = Vec::new();
    if is_arg {
        let around = apply.and_then(|it| tree.ancestors(it).find(|&it| tree.kind(it) == SyntaxKind::NODE_IF_ELSE));
        if let Some(around) = around {
            if tree.token(around, SyntaxKind::TOKEN_THEN).is_none() {
                words.push("then");
            } else if tree.token(around, SyntaxKind::TOKEN_ELSE).is_none() {
                words.push("else");
            }
        }
        let function = apply.and_then(|it| tree.nodes(it).next());
        if function.is_some_and(|it| tree.kind(it) == SyntaxKind::NODE_SELECT) {
            words.push("or");
        }
        words.push("rec");
    } else if tree.parent_kind(node) == SyntaxKind::NODE_LIST {
        words.push("rec");
    } else {
        words.extend(["let", "if", "with", "assert", "rec"]);
    }
    items.extend(words.into_iter().map(keyword));
}

fn keyword(word: &str) -> Completion {
    Completion {
        label: word.to_owned(),
        insert: word.to_owned(),
        kind: CompletionKind::Keyword,
        detail: "keyword".to_owned(),
        doc: None,
    }
}
