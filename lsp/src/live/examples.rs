//! Examples in comments: expressions, each with what it is said to be, run with what the file defines.
//!
//! ```text
//! # concat = foldr (a: b: a + b) "z"      a name for the lines below
//! # concat [ "a" "b" ]                    the expression
//! # => "abz"                              what it is said to be
//! ```

use nixscope_engine::debug::value::Budget;
use nixscope_engine::syntax::SyntaxKind;

use crate::ide::Document;

use super::kept::Asked;

/// How a line begins that says what an expression is.
const ARROW: &str = "=>";
/// How many examples of one text are found.
const MAX_EXAMPLES: usize = 500;
/// How long a line of an example may be that is a heading of an old comment, such as `Example:`.
const HEADINGS: &[&str] = &["example", "examples", "type"];

/// An expression in a comment and what it is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Where it is, in bytes: the beginning of its first line.
    pub at: u32,
    /// One past the last byte of what it is said to be.
    pub end: u32,
    /// Names that lines before it define, each with its expression.
    pub names: Vec<(String, String)>,
    /// The expression.
    pub text: String,
    /// What it is said to be.
    pub expected: String,
}

/// What running an example gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether it is what it is said to be.
    pub is_right: bool,
    /// What it is, or why it is nothing.
    pub text: String,
}

/// The examples of a text.
#[must_use]
pub fn examples(doc: &Document) -> Vec<Example> {
    let tree = doc.tree();
    let mut found = Vec::new();
    let mut block: Vec<(u32, String)> = Vec::new();
    for token in tree.all().filter(|&it| tree.is_token(it)) {
        match tree.kind(token) {
            SyntaxKind::TOKEN_COMMENT => {
                let range = tree.range(token);
                let mut at = range.start;
                for line in doc.show(range).split_inclusive('\n') {
                    let bare = line.trim().trim_start_matches("/**").trim_start_matches("/*").trim_end_matches("*/");
                    block.push((at, bare.trim_start_matches('#').trim().to_owned()));
                    at += line.len() as u32;
                }
            }
            SyntaxKind::TOKEN_WHITESPACE => {}
            _ => of_block(&std::mem::take(&mut block), &mut found),
        }
        if found.len() >= MAX_EXAMPLES {
            break;
        }
    }
    of_block(&block, &mut found);
    found
}

/// The examples of the lines of one comment.
fn of_block(lines: &[(u32, String)], found: &mut Vec<Example>) {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut said: Vec<(u32, &str)> = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        let (at, line) = (lines[i].0, lines[i].1.as_str());
        i += 1;
        if let Some(first) = line.strip_prefix(ARROW) {
            let mut expected = vec![first.trim()];
            let mut end = at + line.len() as u32;
            // It goes on as long as brackets are open.
            while depth(&expected) > 0 && i < lines.len() && !is_break(&lines[i].1) {
                expected.push(&lines[i].1);
                end = lines[i].0 + lines[i].1.len() as u32;
                i += 1;
            }
            let (Some(&(at, _)), expected) = (said.first(), expected.join("\n")) else { continue };
            let text = said.iter().map(|it| it.1).collect::<Vec<_>>().join("\n");
            found.push(Example { at, end, names: names.clone(), text, expected });
            said.clear();
        } else if is_break(line) {
            if line.starts_with("```") || line.starts_with('#') {
                names.clear();
            }
            said.clear();
        } else if let Some(named) = definition(line).filter(|_| said.is_empty()) {
            names.push(named);
        } else {
            said.push((at, line));
        }
    }
}

/// Whether a line ends what was said before it.
fn is_break(line: &str) -> bool {
    let word = line.trim_end_matches(':').to_ascii_lowercase();
    let is_heading = HEADINGS.contains(&word.as_str()) && line.ends_with(':');
    line.is_empty() || line.starts_with("```") || line.starts_with(":::") || line.starts_with('#') || is_heading
}

/// How many brackets are open.
fn depth(lines: &[&str]) -> i32 {
    let mut depth = 0;
    for byte in lines.iter().flat_map(|it| it.bytes()) {
        depth += i32::from(b"[{(".contains(&byte)) - i32::from(b"]})".contains(&byte));
    }
    depth
}

/// `name = expression`, which is no comparison.
fn definition(line: &str) -> Option<(String, String)> {
    let (name, text) = line.split_once('=')?;
    let name = name.trim();
    let is_word = !name.is_empty()
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-'".contains(&it))
        && !name.as_bytes()[0].is_ascii_digit();
    let text = text.strip_prefix(|it| it == '=' || it == '>').map_or(Some(text), |_| None)?;
    let text = text.trim().trim_end_matches(';').trim();
    (is_word && !text.is_empty() && depth(&[text]) == 0).then(|| (name.to_owned(), text.to_owned()))
}

impl Asked {
    /// Runs an example: its names are what its lines define, then what the document defines, then what the library has
    /// that the document was called with.
    pub fn check(&mut self, example: &Example, folder: &str) -> Checked {
        let names: String = example.names.iter().map(|(name, text)| format!("{name} = {text};\n")).collect();
        let around = |text: &str| format!("own: lib: with lib; with own; let {names} in (\n{text}\n)");
        let value = match self.eval_called(&around(&example.text), folder) {
            Ok(value) => value,
            Err(why) => {
                let is_right = example.expected.to_ascii_lowercase().contains("error");
                return Checked { is_right, text: format!("error: {why}") };
            }
        };
        let forced = self.deepen(value);
        let text = self.shown(forced, Budget { width: 1000, depth: 8, items: 100 }).0;
        if let Ok(expected) = self.eval_called(&around(&example.expected), folder) {
            return Checked { is_right: self.is_equal(forced, expected), text };
        }
        let plain = |it: &str| it.split_whitespace().collect::<String>().replace(['<', '>', '\u{ab}', '\u{bb}'], "");
        Checked { is_right: plain(&text) == plain(&example.expected), text }
    }
}

#[cfg(test)]
mod tests {
    use nixscope_engine::syntax::Features;

    use super::*;

    fn of(text: &str) -> Vec<String> {
        let doc = Document::new(None, text.as_bytes(), Features { pipe_operators: true });
        let show = |it: Example| {
            let names: Vec<String> = it.names.iter().map(|(name, text)| format!("{name}={text}; ")).collect();
            format!("{}{} => {}", names.concat(), it.text.replace('\n', "|"), it.expected.replace('\n', "|"))
        };
        examples(&doc).into_iter().map(show).collect()
    }

    #[test]
    fn in_comments() {
        assert_eq!(of("# f 1\n# => 2\n1"), ["f 1 => 2"]);
        assert_eq!(
            of(
                "{ /**\n  Says.\n\n  # Example\n  ```nix\n  x = 1\n  f x\n  => [\n    2\n  ]\n  f 3\n  => 4\n  ```\n*/ a = 1; }"
            ),
            ["x=1; f x => [|2|]", "x=1; f 3 => 4"]
        );
        assert_eq!(
            of("/* Example:\n   concat [ 1 ]\n     [ 2 ]\n   => [ 1 2 ]\n*/ 1"),
            ["concat [ 1 ]|[ 2 ] => [ 1 2 ]"]
        );
        assert_eq!(of("# => 2\n1"), [""; 0]);
        assert_eq!(of("# a == b\n# => true\n1"), ["a == b => true"]);
    }
}
