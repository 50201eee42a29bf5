//! Answers in the editor's words: places are ranges of bytes, nothing here knows a protocol, evaluates, or touches a file.
//!
//! A [`Document`] is one text. Each feature is a function of a document, and of [`Files`] if its answer may lie in other
//! texts. No text is too broken and no offset out of bounds: where there is no answer, the answer is empty.

mod actions;
mod calls;
mod completion;
mod definition;
mod describe;
mod diagnostics;
mod document;
mod edit;
mod files;
pub mod globals;
mod highlighting;
mod hover;
mod inline;
mod keys;
mod links;
mod meanings;
mod moves;
mod names;
mod ranges;
mod reach;
mod references;
mod rename;
mod shape;
mod signature;
mod statics;
mod subject;
mod symbols;
mod syntax;
mod tree;
mod words;

#[cfg(test)]
mod everywhere_tests;
#[cfg(test)]
mod tests;

pub use actions::{code_actions, refactorings, source_actions};
pub use calls::{Call, Callable, callables, incoming_calls, outgoing_calls};
pub use completion::{Base, BaseKind, Completion, CompletionKind, Completions, completion, may_become};
pub use definition::{Definitions, Location, definition};
pub use diagnostics::{Code, Diagnostic, Related, Severity, Tag, diagnostics};
pub use document::Document;
pub use edit::{Action, ActionKind, Edit, FileEdits};
pub use files::{EntryKind, FileEntry, Files, NoFiles, around, binds_packages, packages_around};
pub use highlighting::{Highlight, HighlightKind, semantic_tokens};
pub use hover::{Hover, hover};
pub use inline::inline_variables;
pub use keys::{Step, key_at, name_along};
pub use links::{Link, LinkTarget, document_links};
pub use meanings::Meanings;
pub use moves::{Move, moved};
pub use names::{Def, DefId, NameId, Names, Set, SetId, SetKind, Site, SiteKind, Target, Use};
pub use ranges::{Fold, folding_ranges, selection_ranges};
pub use references::{Reference, document_highlight, references};
pub use rename::{linked_editing, prepare_rename, rename};
pub use shape::{
    Formals, Mention, Shape, bound_at, entry_comment, imported_in, is_argument_at, mentions, name_at, root_formal_at,
    shape,
};
pub use signature::{Parameter, Signature, SignatureHelp, signature_help};
pub use symbols::{FoundSymbol, Symbol, SymbolKind, document_symbols, workspace_symbols};
pub use tree::{NodeId, Tree};
pub use words::Words;

/// A range of bytes: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The place before a byte.
    #[must_use]
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Whether a cursor at an offset is in it or touches it.
    #[must_use]
    pub fn touches(self, offset: u32) -> bool {
        (self.start..=self.end).contains(&offset)
    }

    /// Whether the other is inside it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}
