//! Words with their meanings, as the numbers that editors colour texts by.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensEdit, SemanticTokensLegend};

use crate::ide::{self, Highlight, HighlightKind, TextRange};
use crate::state::{Open, Snapshot};
use crate::text::Spot;

/// What the numbers mean.
#[must_use]
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::KEYWORD,
            SemanticTokenType::COMMENT,
            SemanticTokenType::STRING,
            SemanticTokenType::NUMBER,
            SemanticTokenType::OPERATOR,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::PARAMETER,
            SemanticTokenType::FUNCTION,
            SemanticTokenType::PROPERTY,
            SemanticTokenType::ENUM_MEMBER,
        ],
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY],
    }
}

/// The number of a kind; `None` for what is left to the editor.
fn number(kind: HighlightKind) -> Option<u32> {
    Some(match kind {
        HighlightKind::Keyword => 0,
        HighlightKind::Comment => 1,
        HighlightKind::String | HighlightKind::Path => 2,
        HighlightKind::Number => 3,
        HighlightKind::Operator => 4,
        HighlightKind::Variable | HighlightKind::FromWith => 5,
        HighlightKind::Parameter => 6,
        HighlightKind::Function => 7,
        HighlightKind::Attribute => 8,
        HighlightKind::Constant => 9,
        HighlightKind::Unresolved => return None,
    })
}

/// Words of a document. One that has several lines becomes several: not every editor takes it whole.
#[must_use]
pub fn tokens(now: &Snapshot, open: &Open, words: &[Highlight]) -> Vec<SemanticToken> {
    let text = open.text.as_str();
    let spots = &mut open.text.spots(now.client.encoding);
    let mut tokens = Vec::with_capacity(words.len());
    let mut last = Spot::default();
    for word in words {
        let Some(token_type) = number(word.kind) else { continue };
        let modifiers = u32::from(word.is_binding) | (u32::from(word.is_builtin) << 1);
        let mut start = word.range.start;
        for line in text.get(start as usize..word.range.end as usize).unwrap_or_default().split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\n', '\r']).len() as u32;
            let (from, to) = (spots.spot(start), spots.spot(end));
            start += line.len() as u32;
            // A lone carriage return ends a line, too: what follows it on is left out.
            let length = if from.line == to.line { to.column.saturating_sub(from.column) } else { 0 };
            if length == 0 || from < last {
                continue;
            }
            let is_same_line = from.line == last.line;
            tokens.push(SemanticToken {
                delta_line: from.line - last.line,
                delta_start: if is_same_line { from.column - last.column } else { from.column },
                length,
                token_type,
                token_modifiers_bitset: modifiers,
            });
            last = from;
        }
    }
    tokens
}

/// What makes the tokens of before those of now: one edit, around what is the same at both ends.
#[must_use]
pub fn delta(before: &[SemanticToken], now: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let head = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let room = before.len().min(now.len()) - head;
    let tail = before.iter().rev().zip(now.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let deleted = before.len() - head - tail;
    let new = &now[head..now.len() - tail];
    if deleted == 0 && new.is_empty() {
        return Vec::new();
    }
    // An editor counts numbers; a token is five.
    vec![SemanticTokensEdit { start: head as u32 * 5, delete_count: deleted as u32 * 5, data: Some(new.to_vec()) }]
}

/// How many words of a document are coloured at once.
const MAX_WORDS: usize = 150_000;
/// Documents of more bytes are not coloured whole.
const LONG: u32 = 2 << 20;
/// How many bytes of such a one are.
const MAX_COLOURED: u32 = 1 << 18;

/// All tokens of a document; of a very long one, those at its beginning: an editor asks for others by what it shows.
#[must_use]
pub fn all(now: &Snapshot, open: &Open) -> Vec<SemanticToken> {
    let within = (open.text.len() > LONG).then(|| TextRange::new(0, MAX_COLOURED));
    let mut words = ide::semantic_tokens(open.document(), within);
    words.truncate(MAX_WORDS);
    tokens(now, open, &words)
}

/// A number for tokens that were told, and they.
type Coloured = (String, Vec<SemanticToken>);

/// The tokens told last of each document, so that only changes need be told.
#[derive(Debug, Default)]
pub(crate) struct Colours(Mutex<(u64, BTreeMap<String, Coloured>)>);

impl Colours {
    /// Keeps tokens that are told now: their number, and what was told before.
    pub(crate) fn keep(&self, uri: &str, data: Vec<SemanticToken>) -> (String, Option<Coloured>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let number = kept.0.to_string();
        let before = kept.1.insert(uri.to_owned(), (number.clone(), data));
        (number, before)
    }

    pub(crate) fn forget(&self, uri: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.remove(uri);
    }
}
