//! The official style, in process. The formatter recurses with the depth of a text: what is too deep is refused first,
//! and it runs on a thread with room for what is not.

use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::ide::Document;

/// How deep nodes may be inside each other.
const MAX_DEPTH: usize = 600;
/// How many names a path of attributes may have: the time that the formatter takes for one grows with their cube.
const MAX_NAMES: usize = 120;
/// What a text of that depth needs, unoptimised, several times over. It is not taken before it is used.
const STACK: usize = 256 << 20;
/// So many texts are formatted at a time, those included that nobody waits for any more.
static FREE: Semaphore = Semaphore::const_new(2);

/// Whether a text can be formatted.
///
/// # Errors
/// Why not, as a sentence.
pub(super) fn check(doc: &Document) -> Result<(), String> {
    let (depth, names) = doc.tree().extent();
    if depth > MAX_DEPTH {
        return Err(format!("expressions that are {depth} deep inside each other are not formatted"));
    }
    if names > MAX_NAMES {
        return Err(format!("a path of {names} attributes is not formatted"));
    }
    Ok(())
}

/// The text in the official style.
///
/// # Errors
/// Why there is none, as a sentence.
pub(super) async fn format(text: String, width: usize, limit: Duration) -> Result<String, String> {
    let job = async move {
        let permit = FREE.acquire().await.map_err(|it| it.to_string())?;
        let (give, take) = oneshot::channel();
        let job = move || {
            let _permit = permit;
            // Nobody may wait any more.
            let _ = give.send(run(&text, width));
        };
        let thread = std::thread::Builder::new().name("format".to_owned()).stack_size(STACK);
        thread.spawn(job).map_err(|it| format!("formatting needs a thread: {it}"))?;
        take.await.unwrap_or_else(|_| Err("the formatter failed".to_owned()))
    };
    let late = || Err(format!("formatting took longer than {} ms", limit.as_millis()));
    tokio::time::timeout(limit, job).await.unwrap_or_else(|_| late())
}

fn run(text: &str, width: usize) -> Result<String, String> {
    let mut options = nixfmt_rs::Options::default();
    options.width = width.clamp(20, 1_000);
    nixfmt_rs::format_with(text, &options).map_err(|error| {
        let line = text[..error.byte_range().start.min(text.len())].matches('\n').count() + 1;
        format!("the formatter cannot read line {line}: {}", error.message())
    })
}
