//! Runs an evaluator: many programs in one process, as starting it costs more than most programs.

use std::io::Read;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::Outcome;

/// How many programs one process is given.
const MOST_AT_ONCE: usize = 200;

/// How to start an evaluator.
#[derive(Clone, Debug)]
pub struct Command {
    words: Vec<String>,
    timeout: Duration,
}

/// What a process left behind.
struct Ended {
    stdout: String,
    stderr: String,
    /// None if it had to be stopped.
    status: Option<ExitStatus>,
}

impl Command {
    /// The command that a line says: words between spaces, with quotes around those that hold spaces.
    ///
    /// # Errors
    /// If there is no word, or a quote without end.
    pub fn new(line: &str, flags: &str, timeout: Duration) -> Result<Self, String> {
        let mut words = split(line)?;
        if words.is_empty() {
            return Err("an evaluator is a command: there is none".to_owned());
        }
        words.extend(split(flags)?);
        Ok(Self { words, timeout })
    }

    /// Evaluates programs: gives one outcome for each.
    #[must_use]
    pub fn evaluate(&self, programs: &[String]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while outcomes.len() < programs.len() {
            let rest = &programs[outcomes.len()..];
            let rest = &rest[..rest.len().min(MOST_AT_ONCE)];
            let ended = match self.run(rest) {
                Ok(ended) => ended,
                Err(error) => {
                    outcomes.push(Outcome::Crash(format!("it cannot be run: {error}")));
                    continue;
                }
            };
            let values: Vec<&str> = ended.stdout.lines().take(rest.len()).collect();
            let is_success = ended.status.is_some_and(|it| it.success());
            outcomes.extend(values.iter().map(|it| Outcome::Value((*it).to_owned())));
            if values.len() == rest.len() {
                continue;
            }
            // The program after those that were printed ended the process.
            outcomes.push(match ended.status {
                None => Outcome::Timeout,
                Some(_) if is_success => Outcome::Crash("it ended well without an answer".to_owned()),
                Some(status) => Outcome::of_failure(status, &ended.stderr),
            });
        }
        outcomes
    }

    /// Starts a process for these programs. One that begins with a minus gets a space first: it is no flag.
    fn run(&self, programs: &[String]) -> std::io::Result<Ended> {
        let mut child = std::process::Command::new(&self.words[0])
            .args(&self.words[1..])
            .arg("-E")
            .args(programs.iter().map(|it| if it.starts_with('-') { format!(" {it}") } else { it.clone() }))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            let stdout = scope.spawn(|| all(stdout));
            let stderr = scope.spawn(|| all(stderr));
            let status = self.wait(&mut child)?;
            let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
            Ok(Ended { stdout, stderr, status })
        })
    }

    /// Waits for the end of a process, and ends it if it takes too long.
    fn wait(&self, child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
        let (start, mut nap) = (Instant::now(), Duration::from_micros(500));
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() > self.timeout {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
            std::thread::sleep(nap);
            nap = (nap * 2).min(Duration::from_millis(20));
        }
    }
}

fn all(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    // What was read before an error is still worth comparing.
    let _ = stream.map(|mut it| it.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn split(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(q) if q == c => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("a quote without end: {line}"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_into_words() {
        assert_eq!(split("a  b 'c d'\"e\" ''").unwrap(), ["a", "b", "c de", ""]);
        assert!(split("'a").is_err());
    }

    #[test]
    fn each_program_has_its_outcome() {
        let script =
            "for p; do case $p in -E) ;; bad*) printf 'error: x\\n  y\\n' >&2; exit 1;; *) echo \"<$p>\";; esac; done";
        let command = Command::new(&format!("sh -c '{}' sh", script.replace('\'', "\"")), "", Duration::from_secs(9));
        let programs: Vec<String> = ["1", "bad", "2", "3", "bad"].iter().map(ToString::to_string).collect();
        let outcomes = command.unwrap().evaluate(&programs);
        assert_eq!(outcomes.len(), 5);
        assert_eq!(outcomes[3], Outcome::Value("<3>".to_owned()));
        assert!(matches!(outcomes[1], Outcome::Fault { .. }), "{outcomes:?}");
    }
}
