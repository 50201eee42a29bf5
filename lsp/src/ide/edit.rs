//! Changes of texts, and the small ones that many features need: removing bindings, names and arguments together with
//! the blanks and commas that go with them.

use nixscope_engine::syntax::SyntaxKind;

use super::names::{Site, SiteKind};
use super::tree::NodeId;
use super::{Document, TextRange, syntax};

/// One change: a range of a text gets another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub range: TextRange,
    /// By what.
    pub text: String,
}

/// Changes of one text. They do not overlap and are in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdits {
    /// The text's file; `None` for the document that was asked about.
    pub path: Option<String>,
    /// What changes.
    pub edits: Vec<Edit>,
}

/// What an [`Action`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Cures a diagnostic.
    QuickFix,
    /// Writes the same in another way.
    Rewrite,
    /// Takes something out and gives it a name.
    Extract,
    /// Puts something where its name is used.
    Inline,
    /// Cures everything of some kinds in a text.
    FixAll,
    /// Brings a text into order.
    Organise,
}

/// A change that somebody may choose to make in the document asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as an order.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// The changes, in the order of the text.
    pub edits: Vec<Edit>,
}

impl Edit {
    /// Replaces a range.
    #[must_use]
    pub fn replace(range: TextRange, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// Inserts before a byte.
    #[must_use]
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self::replace(TextRange::at(offset), text)
    }

    /// Removes a range.
    #[must_use]
    pub fn remove(range: TextRange) -> Self {
        Self::replace(range, "")
    }
}

impl Action {
    pub(super) fn fix(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), kind: ActionKind::QuickFix, edits }
    }
}

/// A node with the blanks before it back to the end of the line above, or up to the token before it.
pub(super) fn with_blanks_before(doc: &Document, node: NodeId) -> TextRange {
    let range = doc.tree().range(node);
    let before = &doc.text()[..range.start as usize];
    let n_blank = before.iter().rev().take_while(|it| it.is_ascii_whitespace()).count();
    let blanks = &before[before.len() - n_blank..];
    let start = match blanks.iter().rposition(|&it| it == b'\n') {
        Some(at) => before.len() - n_blank + at,
        None => before.len() - n_blank,
    };
    TextRange::new(start as u32, range.end)
}

/// What follows a node up to the next thing that is not blank.
pub(super) fn blanks_after(doc: &Document, offset: u32) -> u32 {
    let rest = doc.text().get(offset as usize..).unwrap_or_default();
    offset + rest.iter().take_while(|it| it.is_ascii_whitespace()).count() as u32
}

/// Takes a binding's place out of the text; `None` if that cannot be done by removing something.
pub(super) fn remove_site(doc: &Document, site: Site) -> Option<Edit> {
    let tree = doc.tree();
    match site.kind {
        SiteKind::Value | SiteKind::Path => {
            let parent = tree.parent(site.binding)?;
            let is_only = is_only_binding(doc, parent);
            Some(if is_only { remove_let(doc, parent)? } else { Edit::remove(with_blanks_before(doc, site.binding)) })
        }
        SiteKind::Inherit | SiteKind::InheritFrom => {
            if syntax::inherited(tree, site.binding).nth(1).is_some() {
                return Some(Edit::remove(with_blanks_before(doc, site.name)));
            }
            let parent = tree.parent(site.binding)?;
            let is_only = is_only_binding(doc, parent);
            Some(if is_only { remove_let(doc, parent)? } else { Edit::remove(with_blanks_before(doc, site.binding)) })
        }
        SiteKind::Formal => Some(Edit::remove(formal_range(doc, site.binding)?)),
        SiteKind::Whole => Some(Edit::remove(with_blanks_before(doc, site.binding))),
        SiteKind::Arg => None,
    }
}

/// Whether a binding or `inherit` is all that a `let … in` has.
fn is_only_binding(doc: &Document, set: NodeId) -> bool {
    let tree = doc.tree();
    let is_binding = |&it: &NodeId| matches!(tree.kind(it), SyntaxKind::NODE_ATTRPATH_VALUE | SyntaxKind::NODE_INHERIT);
    tree.kind(set) == SyntaxKind::NODE_LET_IN && tree.nodes(set).filter(is_binding).nth(1).is_none()
}

/// Takes `let … in` away from its body.
pub(super) fn remove_let(doc: &Document, node: NodeId) -> Option<Edit> {
    let body = syntax::body(doc.tree(), node)?;
    Some(Edit::remove(TextRange::new(doc.tree().range(node).start, doc.tree().range(body).start)))
}

/// A formal argument with the comma that goes with it.
fn formal_range(doc: &Document, entry: NodeId) -> Option<TextRange> {
    let tree = doc.tree();
    let pattern = tree.parent(entry)?;
    let range = tree.range(entry);
    let is_comma = |&it: &NodeId| tree.kind(it) == SyntaxKind::TOKEN_COMMA;
    let before = tree.elements(pattern).filter(is_comma).filter(|&it| it < entry).last();
    let after = tree.elements(pattern).filter(is_comma).find(|&it| it > entry);
    Some(match (before, after) {
        (Some(comma), _) => TextRange::new(with_blanks_before(doc, comma).start, range.end),
        (None, Some(comma)) => TextRange::new(range.start, blanks_after(doc, tree.range(comma).end)),
        (None, None) => range,
    })
}
