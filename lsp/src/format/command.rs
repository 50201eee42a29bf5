//! Formatting by a command: it is given the text and prints another one. It runs beside everything else, and not longer
//! than it may.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// No more is read of what a command prints.
const MAX_OUTPUT: u64 = 64 << 20;
/// How much of a complaint is shown.
const MAX_COMPLAINT: usize = 300;

/// What a command makes of a text.
///
/// # Errors
/// Why that is nothing, as a sentence.
pub(super) async fn run(
    program: &str,
    args: &[String],
    folder: Option<&str>,
    text: &str,
    limit: Duration,
) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // The folder of a document that is not saved yet may not be there.
    if let Some(folder) = folder.filter(|it| std::path::Path::new(it).is_dir()) {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|it| format!("cannot run {program}: {it}"))?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let talk = async {
        let write = async {
            if let Some(mut input) = input {
                // A command may end without having read everything.
                let _ = input.write_all(text.as_bytes()).await;
            }
        };
        let (mut printed, mut complaint) = (Vec::new(), Vec::new());
        let read = async {
            match output {
                Some(output) => output.take(MAX_OUTPUT).read_to_end(&mut printed).await,
                None => Ok(0),
            }
        };
        let listen = async {
            match errors {
                Some(errors) => errors.take(1 << 16).read_to_end(&mut complaint).await,
                None => Ok(0),
            }
        };
        let ((), read, _) = tokio::join!(write, read, listen);
        let status = child.wait().await;
        (read, status, printed, complaint)
    };
    let late = |_| format!("{program} took longer than {} ms", limit.as_millis());
    let (read, status, printed, complaint) = tokio::time::timeout(limit, talk).await.map_err(late)?;
    read.map_err(|it| format!("cannot read what {program} prints: {it}"))?;
    let status = status.map_err(|it| format!("cannot wait for {program}: {it}"))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&complaint);
        let said: String = said.trim().chars().take(MAX_COMPLAINT).collect();
        return Err(if said.is_empty() { format!("{program}: {status}") } else { format!("{program}: {said}") });
    }
    String::from_utf8(printed).map_err(|_| format!("{program} printed bytes that are no text"))
}
