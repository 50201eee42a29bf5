//! What became of a program, and when two evaluators made the same of it.

use std::process::ExitStatus;

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its value, as it was printed.
    Value(String),
    /// It failed.
    Fault {
        /// What went wrong.
        message: String,
        /// Where: a place and the lines of text around it.
        place: String,
        /// Everything that was told of it.
        trace: String,
    },
    /// The evaluator itself ended badly.
    Crash(String),
    /// It took too long.
    Timeout,
}

/// How much must be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Values, and that a program fails.
    Value,
    /// What the error says, too.
    Message,
    /// And where it is.
    Place,
    /// And everything that led to it.
    Trace,
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "value" => Ok(Self::Value),
            "message" => Ok(Self::Message),
            "place" => Ok(Self::Place),
            "trace" => Ok(Self::Trace),
            _ => Err(format!("'{text}' is none of value, message, place, trace")),
        }
    }
}

impl Outcome {
    /// What a process that failed told.
    pub(super) fn of_failure(status: ExitStatus, stderr: &str) -> Self {
        let lines: Vec<&str> = stderr.lines().collect();
        let Some(start) = lines.iter().rposition(|it| it.starts_with("error:")) else {
            return Self::Crash(format!("{status}: {}", stderr.trim()));
        };
        let trace = &lines[start..];
        let is_error = |it: &&str| it.starts_with("       error: ") || it.starts_with("error: ");
        let last = trace.iter().rposition(is_error).unwrap_or(0);
        let end = trace[last..].iter().position(|it| it.starts_with("       at ")).map_or(trace.len(), |it| last + it);
        let message = trace[last..end].join("\n").replacen("error: ", "", 1).trim().to_owned();
        Self::Fault { message, place: trace[end..].join("\n"), trace: trace.join("\n") }
    }

    /// Whether the other evaluator made the same of it.
    #[must_use]
    pub fn is_same(&self, other: &Self, level: Level) -> bool {
        match (self, other) {
            (
                Self::Fault { message, place, trace },
                Self::Fault { message: other_message, place: other_place, trace: other_trace },
            ) => match level {
                Level::Value => true,
                Level::Message => message == other_message,
                Level::Place => message == other_message && place == other_place,
                Level::Trace => trace == other_trace,
            },
            _ => self == other,
        }
    }

    /// The sort of difference there is to another outcome: while a program is made smaller, this stays.
    #[must_use]
    pub fn difference(&self, other: &Self, level: Level) -> Option<(u8, u8, Level)> {
        let level = [Level::Value, Level::Message, Level::Place, Level::Trace]
            .into_iter()
            .take_while(|it| *it <= level)
            .find(|it| !self.is_same(other, *it))?;
        Some((self.sort(), other.sort(), level))
    }

    fn sort(&self) -> u8 {
        match self {
            Self::Value(_) => 0,
            Self::Fault { .. } => 1,
            Self::Crash(_) => 2,
            Self::Timeout => 3,
        }
    }

    /// What is printed of it.
    #[must_use]
    pub fn told(&self, level: Level) -> String {
        match self {
            Self::Value(text) => text.clone(),
            Self::Fault { message, .. } if level <= Level::Message => format!("error: {message}"),
            Self::Fault { message, place, .. } if level == Level::Place => format!("error: {message}\n{place}"),
            Self::Fault { trace, .. } => trace.clone(),
            Self::Crash(how) => format!("CRASH {how}"),
            Self::Timeout => "TIMEOUT".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_failure_has_a_message_and_a_place() {
        let stderr = "warning: w\nerror:\n       … while x\n         at «string»:1:2:\n\n       error: a\n       b\n       at «string»:1:3:\n            1| x";
        let Outcome::Fault { message, place, trace } = Outcome::of_failure(ExitStatus::from_raw(256), stderr) else {
            panic!("it is a fault")
        };
        assert_eq!(message, "a\n       b");
        assert_eq!(place, "       at «string»:1:3:\n            1| x");
        assert!(trace.starts_with("error:\n"));
        assert!(matches!(Outcome::of_failure(ExitStatus::from_raw(11), "x"), Outcome::Crash(_)));
    }
}
