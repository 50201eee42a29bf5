//! Writes a document in the official style, or as a command that somebody named would: what changes, and nothing else.
//! Never formats a text that has syntax errors, and never blocks who asked.
//!
//! ```text
//!   text ──▶ official | command ──▶ another text ──▶ the lines that differ ──▶ those of the range that was asked about
//! ```

mod changes;
mod command;
mod official;

use std::sync::Arc;
use std::time::Duration;

use crate::ide::{Document, Edit, TextRange};
use crate::state::{Open, Snapshot};

/// Larger texts are left as they are.
const MAX_TEXT: u32 = 16 << 20;
/// How many wider ranges are tried if a range cannot be formatted by itself.
const MAX_TRIES: usize = 5;

/// The changes that format a document, or of those the ones that concern a range of it, in the order of the text.
///
/// # Errors
/// Why it stays as it is, as a sentence.
pub async fn edits(now: &Arc<Snapshot>, open: &Arc<Open>, within: Option<TextRange>) -> Result<Vec<Edit>, String> {
    let size = open.text.len();
    if size > MAX_TEXT {
        return Err(format!("a text of {} MB is too large to be formatted", size >> 20));
    }
    let read = Arc::clone(open);
    let job = move || Arc::clone(read.document());
    let doc = tokio::task::spawn_blocking(job).await.map_err(|it| it.to_string())?;
    if let Some(error) = doc.syntax_errors().first() {
        let line = open.text.spot(error.start, crate::text::Encoding::Utf8).line + 1;
        return Err(format!("a text with syntax errors is not formatted; line {line}: {}", error.message));
    }
    let before = open.text.as_str();
    let after = format(now, &doc, before).await?;
    let all = changes::between(before, &after);
    let Some(range) = within else { return Ok(all) };
    for range in changes::ranges(&doc, range).take(MAX_TRIES) {
        let some = changes::touching(before, &all, range);
        if some.len() == all.len() || some.is_empty() {
            return Ok(some);
        }
        // What the style makes of the rest must not depend on what is left out.
        let part = changes::made(before, &some);
        let part = Document::new(doc.path(), part.into_bytes(), now.features());
        let text = String::from_utf8_lossy(part.text()).into_owned();
        if part.syntax_errors().is_empty() && format(now, &part, &text).await? == after {
            return Ok(some);
        }
    }
    Err("this cannot be formatted without the rest of the text".to_owned())
}

/// The text in the style that is set.
async fn format(now: &Arc<Snapshot>, doc: &Document, text: &str) -> Result<String, String> {
    let config = &now.config.format;
    let limit = Duration::from_millis(config.time_limit.min(600_000));
    let after = match &config.command[..] {
        [] => {
            official::check(doc)?;
            official::format(text.to_owned(), config.width, limit).await?
        }
        [program, args @ ..] => command::run(program, args, doc.folder(), text, limit).await?,
    };
    if after.trim().is_empty() && !text.trim().is_empty() {
        return Err("the formatter gave an empty text".to_owned());
    }
    Ok(after)
}

#[cfg(test)]
mod tests;
