//! Patterns by which a person names code: functions and attributes, and files.
//!
//! A [`FunctionPattern`] is a path of names. The last one is that of the body itself; those before it stand, in this
//! order but not necessarily side by side, somewhere on the way to it, where folders and the file come before the
//! attributes. So `lib.mkMerge` is the `mkMerge` of `lib/modules.nix`, and `hello.buildInputs` the `buildInputs` of
//! `pkgs/hello/default.nix`. Only what is bound has a name to be found by: no arguments of calls, no elements of
//! lists. What is inherited is found where it was bound, not in each file that inherits it.
//!
//! Nothing here reads files or runs anything, and no pattern takes long.

use crate::emit::BodySource;

use super::glob::{Glob, Piece, matches};
use super::names::Named;
use super::paths::ROOT;

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

fn error<T>(message: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError(message.into()))
}

/// Patterns are no longer than this, in bytes.
const MAX_PATTERN: usize = 4096;

fn checked(text: &str) -> Result<&str, PatternError> {
    let text = text.trim();
    if text.len() > MAX_PATTERN {
        return error(format!("a pattern has at most {MAX_PATTERN} bytes"));
    }
    if text.contains(|c: char| c.is_control()) {
        return error("a pattern is one line without control characters");
    }
    Ok(text)
}

/// A pattern for functions and suspended attributes.
///
/// ```text
/// mkMerge                 whatever is called mkMerge
/// lib.mkMerge             the same, somewhere below something called lib
/// *.buildInputs  lib.*    `*` is any number of characters, `?` is one
/// "a.b".c                 names in quotes are taken as they are
/// modules.nix:mkMerge     only in files that the pattern before the colon matches, see [`PathPattern`]
/// builtins.map            a builtin
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FunctionPattern {
    text: Box<str>,
    file: Option<PathPattern>,
    outer: Vec<Glob>,
    last: Glob,
}

impl FunctionPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence for the one who wrote it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = checked(text)?;
        if text.is_empty() {
            return error("the pattern is empty: it names a function or an attribute, as `lib.mkMerge` does");
        }
        let (file, path) = match colon(text) {
            Some(at) => (Some(PathPattern::parse(&text[..at])?), text[at + 1..].trim_start()),
            None => (None, text),
        };
        if file.is_some() && path.is_empty() {
            return error(format!("a name is missing after the colon in `{text}`"));
        }
        if file.is_some() && path.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
            return error(format!("`{text}` is a line: a breakpoint on a line is set in the file itself"));
        }
        let mut outer = names(path)?;
        match outer.pop() {
            Some(last) => Ok(Self { text: text.into(), file, outer, last }),
            None => error(format!("a name is missing in `{text}`")),
        }
    }

    /// Whether it names this body.
    ///
    /// # Panics
    /// If the unit has no such body.
    #[must_use]
    pub fn matches(&self, named: &Named<'_>, body_index: u32) -> bool {
        if !self.matches_file(named) || !named.names.role(body_index).is_definition() {
            return false;
        }
        let node = named.names.node(body_index);
        if node == ROOT {
            return self.matches_bare(named, body_index);
        }
        // From the inside outwards: that a name is found at the first place where it is never hurts those left.
        let mut upwards = named.names.upwards(node).map(|name| named.bytes(name));
        if !upwards.next().is_some_and(|name| self.last.matches(&name)) {
            return false;
        }
        let mut left = self.outer.as_slice();
        while let [rest @ .., pattern] = left
            && let Some(name) = upwards.next()
        {
            if pattern.matches(&name) {
                left = rest;
            }
        }
        self.in_file(named.file_parts().len(), named) >= left.len()
    }

    /// All bodies of a unit that it names, in order. Faster than asking for one after the other.
    #[must_use]
    pub fn find(&self, named: &Named<'_>) -> Vec<u32> {
        if !self.matches_file(named) {
            return Vec::new();
        }
        let nodes = named.names.nodes();
        // For each node how many of the outer names were met on the way to it and including it.
        let mut met = Vec::with_capacity(nodes.len() + 1);
        let mut is_named = Vec::with_capacity(nodes.len() + 1);
        met.push(self.in_file(named.file_parts().len(), named) as u32);
        is_named.push(false);
        for node in nodes {
            let before = met[node.parent as usize];
            let name = named.bytes(node.name);
            let pattern = self.outer.get(before as usize);
            is_named.push(pattern.is_none() && self.last.matches(&name));
            met.push(before + u32::from(pattern.is_some_and(|it| it.matches(&name))));
        }
        let n_bodies = named.unit.analysis.bodies.len() as u32;
        let is_match = |body: &u32| match named.names.node(*body) {
            _ if !named.names.role(*body).is_definition() => false,
            ROOT => self.matches_bare(named, *body),
            node => is_named[node as usize],
        };
        (0..n_bodies).filter(is_match).collect()
    }

    /// Whether it names the builtin with this name.
    #[must_use]
    pub fn matches_builtin(&self, name: &str) -> bool {
        let outer_fits = match self.outer.as_slice() {
            [] => true,
            [outer] => outer.matches(b"builtins"),
            _ => false,
        };
        let last_fits = self.last.matches(name.as_bytes()) || self.last.matches(format!("__{name}").as_bytes());
        self.file.is_none() && outer_fits && last_fits
    }

    fn matches_file(&self, named: &Named<'_>) -> bool {
        self.file.as_ref().is_none_or(|it| it.matches(&super::location::name_of(named.file)))
    }

    /// What no binding is around is called as its file is, if it is a function.
    fn matches_bare(&self, named: &Named<'_>, body_index: u32) -> bool {
        let is_function = matches!(named.unit.analysis.bodies[body_index as usize].source, BodySource::Lambda(_));
        let parts = named.file_parts();
        is_function
            && parts.last().is_some_and(|name| self.last.matches(name.as_bytes()))
            && self.in_file(parts.len() - 1, named) == self.outer.len()
    }

    /// How many of the outer names are met among the first `n_parts` of the file's.
    fn in_file(&self, n_parts: usize, named: &Named<'_>) -> usize {
        let mut n_met = 0;
        for part in &named.file_parts()[..n_parts] {
            n_met += usize::from(self.outer.get(n_met).is_some_and(|it| it.matches(part.as_bytes())));
        }
        n_met
    }
}

impl TryFrom<String> for FunctionPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        Self::parse(&text)
    }
}

impl From<FunctionPattern> for String {
    fn from(pattern: FunctionPattern) -> Self {
        pattern.text.into()
    }
}

impl TryFrom<String> for PathPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        Self::parse(&text)
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.text.into()
    }
}

impl std::fmt::Display for FunctionPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where the colon is that ends the file of a pattern: the last one outside quotes.
fn colon(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut at = None;
    let mut is_escaped = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b':' if !is_quoted => at = Some(i),
            _ => {}
        }
    }
    at
}

/// The names of a path.
fn names(text: &str) -> Result<Vec<Glob>, PatternError> {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => match until_quote(quoted) {
                Some((name, after)) => (Glob::Exact(name.into_bytes().into()), after),
                None => return error(format!("a closing quote is missing in `{text}`")),
            },
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (bare(&rest[..end], text)?, &rest[end..])
            }
        };
        names.push(name);
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(names),
            None => return error(format!("a dot is missing behind the quote in `{text}`")),
        }
    }
}

fn bare(name: &str, text: &str) -> Result<Glob, PatternError> {
    if name.is_empty() {
        return error(format!("a name is missing before or after a dot in `{text}`"));
    }
    if name.contains('"') {
        return error(format!("a quote begins in the middle of a name in `{text}`"));
    }
    if name.contains(char::is_whitespace) {
        return error(format!("a name with blanks needs quotes in `{text}`"));
    }
    Ok(Glob::new(name))
}

/// What stands before the next quote, with `\` before a character taken away, and what stands behind the quote.
fn until_quote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((name, &text[i + 1..])),
            '\\' => name.push(chars.next()?.1),
            c => name.push(c),
        }
    }
    None
}

/// A pattern for files.
///
/// ```text
/// *.nix  lib/*.nix        the end of a path, from any folder on
/// /nix/store/**           from the root: the pattern begins with a slash
/// **/lib/**  lib/         all files below, at any depth
/// ```
///
/// `*` is any number of characters of one name, `?` is one, `**` any number of folders.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPattern {
    text: Box<str>,
    pieces: Vec<Piece<Glob>>,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence for the one who wrote it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let written = text;
        let text = checked(text)?;
        if text.is_empty() {
            return error("the pattern for files is empty: `*.nix` and `lib/**` are such patterns");
        }
        if text.starts_with('<') || text.starts_with('~') {
            return error(format!("`{text}` stands for a folder that is not known here: write its path"));
        }
        if text.contains(['{', '}', '[', ']']) {
            return error(format!("of `{text}` only `*`, `**` and `?` would be understood: write several patterns"));
        }
        let mut pieces = Vec::new();
        if !text.starts_with('/') {
            pieces.push(Piece::Many);
        }
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return error(format!("`..` cannot be followed in `{text}`")),
                "**" if pieces.last() == Some(&Piece::Many) => {}
                "**" => pieces.push(Piece::Many),
                part => pieces.push(Piece::One(Glob::new(part))),
            }
        }
        if text.ends_with('/') && pieces.last() != Some(&Piece::Many) {
            pieces.push(Piece::Many);
        }
        // What is below a folder is not the folder.
        if pieces.last().is_none_or(|it| *it == Piece::Many) {
            pieces.push(Piece::One(Glob::Any));
        }
        Ok(Self { text: written.into(), pieces })
    }

    /// Whether it matches a file, given by its absolute path or by what messages call it.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        matches(&self.pieces, &parts, |glob, part| glob.matches(part.as_bytes()))
    }
}

#[cfg(test)]
mod tests;
