//! When a breakpoint that is met counts: how often it was met, and what it writes instead of stopping.

use serde::{Deserialize, Serialize};

/// How often a breakpoint must have been met: `5` (the fifth time), `>5`, `>=5`, `<5`, `<=5`, `%5` (every fifth time).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    how: Comparison,
    n: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Multiple,
}

impl Hits {
    /// Reads a hit condition.
    ///
    /// # Errors
    /// If it is none: what one looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let forms = [
            (">=", Comparison::GreaterOrEqual),
            ("<=", Comparison::LessOrEqual),
            ("==", Comparison::Equal),
            (">", Comparison::Greater),
            ("<", Comparison::Less),
            ("=", Comparison::Equal),
            ("%", Comparison::Multiple),
            ("", Comparison::Equal),
        ];
        let read = |(prefix, how): &(&str, Comparison)| Some((*how, text.strip_prefix(prefix)?.trim().parse().ok()?));
        match forms.iter().find_map(read) {
            Some((Comparison::Multiple, 0)) => Err("nothing is a multiple of 0".to_owned()),
            Some((how, n)) => Ok(Self { how, n }),
            None => Err(format!("'{text}' is no hit count: write 5, >5, >=5, <5, <=5 or %5")),
        }
    }

    /// Whether the `n`-th time, counted from 1, is one to stop at.
    #[must_use]
    pub fn holds(&self, n: u64) -> bool {
        match self.how {
            Comparison::Equal => n == self.n,
            Comparison::Greater => n > self.n,
            Comparison::GreaterOrEqual => n >= self.n,
            Comparison::Less => n < self.n,
            Comparison::LessOrEqual => n <= self.n,
            Comparison::Multiple => n.is_multiple_of(self.n),
        }
    }
}

/// A text with expressions in braces, as in `x is {x}`. `{{` and `}}` stand for braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMessage {
    /// What it is made of.
    pub parts: Vec<LogPart>,
}

/// A part of a [`LogMessage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogPart {
    /// Text.
    Text(String),
    /// An expression whose value is shown.
    Expr(String),
}

impl std::fmt::Display for Hits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let how = match self.how {
            Comparison::Equal => "",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Multiple => "%",
        };
        write!(f, "{how}{}", self.n)
    }
}

impl std::fmt::Display for LogMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in &self.parts {
            match part {
                LogPart::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}"))?,
                LogPart::Expr(text) => write!(f, "{{{text}}}")?,
            }
        }
        Ok(())
    }
}

impl LogMessage {
    /// Reads a log message.
    ///
    /// # Errors
    /// If a brace has no partner.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.chars().peekable();
        while let Some(it) = rest.next() {
            match it {
                '{' | '}' if rest.peek() == Some(&it) => {
                    rest.next();
                    plain.push(it);
                }
                '{' => {
                    if !plain.is_empty() {
                        parts.push(LogPart::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(LogPart::Expr(braced(&mut rest)?));
                }
                it => plain.push(it),
            }
        }
        if !plain.is_empty() {
            parts.push(LogPart::Text(plain));
        }
        Ok(Self { parts })
    }
}

/// What stands before the brace that closes one already read. Braces inside must have partners, or be in strings.
fn braced(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let mut expr = String::new();
    let mut depth = 0;
    let mut in_string = false;
    while let Some(it) = rest.next() {
        match it {
            '\\' if in_string => {
                expr.push(it);
                expr.extend(rest.next());
                continue;
            }
            '"' => in_string = !in_string,
            '{' if !in_string => depth += 1,
            '}' if !in_string && depth == 0 => {
                return match expr.trim() {
                    "" => Err("there is no expression between the braces".to_owned()),
                    expr => Ok(expr.to_owned()),
                };
            }
            '}' if !in_string => depth -= 1,
            _ => {}
        }
        expr.push(it);
    }
    Err("a brace is not closed; write {{ for one that is text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hit_counts() {
        let of = |text: &str| {
            let hits = Hits::parse(text)?;
            Ok::<Vec<u64>, String>((1..=7).filter(|&n| hits.holds(n)).collect())
        };
        let cases: [(&str, &[u64]); 8] = [
            ("5", &[5]),
            ("== 5", &[5]),
            (">5", &[6, 7]),
            (" >= 5 ", &[5, 6, 7]),
            ("<3", &[1, 2]),
            ("<=3", &[1, 2, 3]),
            ("%3", &[3, 6]),
            ("=2", &[2]),
        ];
        for (text, holds) in cases {
            assert_eq!(of(text).as_deref(), Ok(holds), "{text}");
        }
        for text in ["", "x", "%0", "-1", ">", "5 times", "99999999999999999999"] {
            assert!(of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn log_messages() {
        let shown = |text: &str| match LogMessage::parse(text) {
            Err(error) => format!("error: {error}"),
            Ok(message) => {
                let show = |it: &LogPart| match it {
                    LogPart::Text(text) => format!("{text:?}"),
                    LogPart::Expr(expr) => format!("<{expr}>"),
                };
                message.parts.iter().map(show).collect::<Vec<_>>().join(" ")
            }
        };
        let cases = [
            ("x is {x}", "\"x is \" <x>"),
            ("{ x.y }{z}!", "<x.y> <z> \"!\""),
            ("{ { a = 1; }.a }", "<{ a = 1; }.a>"),
            ("{ \"}\" + \"\\\"}\" }", "<\"}\" + \"\\\"}\">"),
            ("{{x}}", "\"{x}\""),
            ("", ""),
            ("{", "error: a brace is not closed; write {{ for one that is text"),
            ("{}", "error: there is no expression between the braces"),
        ];
        for (text, parts) in cases {
            assert_eq!(shown(text), parts, "{text}");
        }
    }
}
