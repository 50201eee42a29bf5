//! Reads the ATerm form of `.drv` files back, borrowing from the text.
//!
//! The text is what a file had: anything may be wrong with it, and is told in Nix's words.

use std::borrow::Cow;

use crate::store::aterm::unescape;
use crate::store::content_address::ContentMethod;
use crate::store::derivation::{Derivation, InputDrv, Output};
use crate::store::hash::{Hash, HashAlgorithm, HashError};
use crate::store::store_path::{StorePathError, StorePathRef};

/// Why a text is not a derivation. Nix says `error parsing derivation '<path>': ` in front.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtermError {
    /// Something else stands there.
    #[error("expected string '{0}'")]
    Expected(&'static str),
    /// The text ends within quotes.
    #[error("unterminated string in derivation")]
    UnterminatedString,
    /// A path that does not begin with a slash.
    #[error("bad path '{0}' in derivation")]
    BadPath(String),
    /// Neither of the known beginnings.
    #[error("derivation does not start with 'Derive' or 'DrvWithVersion'")]
    BadStart,
    /// The form for dynamic derivations, which are switched off.
    #[error(
        "experimental Nix feature 'dynamic-derivations' is disabled; add '--extra-experimental-features dynamic-derivations' to enable it"
    )]
    DynamicDerivation,
    /// A path where the content decides it.
    #[error("content-addressing derivation output should not specify output path")]
    FloatingWithPath,
    /// A path where each build decides it.
    #[error("impure derivation output should not specify output path")]
    ImpureWithPath,
    /// Bytes that are no text where a name or path should be.
    #[error("name or path in derivation is not text")]
    NotText,
    /// Not a store path.
    #[error(transparent)]
    Path(#[from] StorePathError),
    /// Not a hash.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// Reads the derivation called `name` from the text of its file.
pub fn parse_derivation<'a>(text: &'a [u8], name: &'a str) -> Result<Derivation<'a>, AtermError> {
    let mut reader = Reader { rest: text };
    reader.start()?;
    let mut outputs = Vec::new();
    reader.expect("[")?;
    while !reader.is_list_over()? {
        outputs.push(reader.output()?);
    }
    let mut input_drvs = Vec::new();
    reader.expect(",[")?;
    while !reader.is_list_over()? {
        reader.input(&mut input_drvs)?;
    }
    reader.expect(",[")?;
    let mut input_srcs = Vec::new();
    while !reader.is_list_over()? {
        input_srcs.push(reader.store_path()?);
    }
    reader.expect(",")?;
    let platform = reader.string()?;
    reader.expect(",")?;
    let builder = reader.string()?;
    reader.expect(",[")?;
    let mut args = Vec::new();
    while !reader.is_list_over()? {
        args.push(reader.string()?);
    }
    reader.expect(",[")?;
    let mut env = Vec::new();
    while !reader.is_list_over()? {
        reader.expect("(")?;
        let key = reader.string()?;
        reader.expect(",")?;
        env.push((key, reader.string()?));
        reader.expect(")")?;
    }
    reader.expect(")")?;
    // Nix keeps all of these in ordered sets, whatever order the file had.
    outputs.sort_by(|(a, _), (b, _)| a.cmp(b));
    outputs.dedup_by(|(a, _), (b, _)| a == b);
    input_drvs.sort();
    input_drvs.dedup();
    input_srcs.sort();
    input_srcs.dedup();
    env.sort_by(|(a, _), (b, _)| a.cmp(b));
    env.dedup_by(|(a, _), (b, _)| a == b);
    Ok(Derivation { name: name.into(), outputs, input_drvs, input_srcs, platform, builder, args, env })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn expect(&mut self, what: &'static str) -> Result<(), AtermError> {
        self.rest = self.rest.strip_prefix(what.as_bytes()).ok_or(AtermError::Expected(what))?;
        Ok(())
    }

    fn start(&mut self) -> Result<(), AtermError> {
        self.expect("D")?;
        match self.rest.first() {
            Some(b'e') => self.expect("erive("),
            Some(b'r') => {
                self.expect("rvWithVersion(")?;
                Err(AtermError::DynamicDerivation)
            }
            _ => Err(AtermError::BadStart),
        }
    }

    /// Takes the comma before the next item, or the bracket after the last.
    fn is_list_over(&mut self) -> Result<bool, AtermError> {
        match self.rest {
            [b',', rest @ ..] => self.rest = rest,
            [b']', rest @ ..] => {
                self.rest = rest;
                return Ok(true);
            }
            // Anything else is left for the item to complain about, but for the end, where no item would stop.
            [] => return Err(AtermError::Expected("]")),
            _ => {}
        }
        Ok(false)
    }

    fn string(&mut self) -> Result<Cow<'a, [u8]>, AtermError> {
        self.expect("\"")?;
        let mut from = 0;
        while let Some(at) = memchr::memchr2(b'"', b'\\', &self.rest[from..]) {
            let at = from + at;
            if self.rest[at] == b'"' {
                let quoted = &self.rest[..at];
                self.rest = &self.rest[at + 1..];
                return Ok(unescape(quoted));
            }
            from = at + 2;
            if from > self.rest.len() {
                break;
            }
        }
        Err(AtermError::UnterminatedString)
    }

    fn text(&mut self) -> Result<Cow<'a, str>, AtermError> {
        match self.string()? {
            Cow::Borrowed(it) => std::str::from_utf8(it).map(Cow::Borrowed).map_err(|_| AtermError::NotText),
            Cow::Owned(it) => String::from_utf8(it).map(Cow::Owned).map_err(|_| AtermError::NotText),
        }
    }

    fn store_path(&mut self) -> Result<StorePathRef<'a>, AtermError> {
        match self.text()? {
            Cow::Borrowed(it) if it.starts_with('/') => Ok(StorePathRef::parse(it)?),
            other => Err(AtermError::BadPath(other.into_owned())),
        }
    }

    fn output(&mut self) -> Result<(Cow<'a, str>, Output), AtermError> {
        self.expect("(")?;
        let name = self.text()?;
        self.expect(",")?;
        let path = self.text()?;
        self.expect(",")?;
        let method_algorithm = self.text()?;
        self.expect(",")?;
        let hash = self.text()?;
        self.expect(")")?;
        let check_slash = || {
            let is_absolute = path.starts_with('/');
            is_absolute.then_some(()).ok_or_else(|| AtermError::BadPath(path.clone().into_owned()))
        };
        if method_algorithm.is_empty() {
            if path.is_empty() {
                return Ok((name, Output::Deferred));
            }
            check_slash()?;
            return Ok((name, Output::InputAddressed(StorePathRef::parse(&path)?.to_store_path())));
        }
        let (method, algorithm) = ContentMethod::strip_prefix(&method_algorithm);
        let algorithm = HashAlgorithm::parse(algorithm)?;
        let output = match &*hash {
            "impure" if path.is_empty() => Output::Impure { method, algorithm },
            "impure" => return Err(AtermError::ImpureWithPath),
            "" if path.is_empty() => Output::Floating { method, algorithm },
            "" => return Err(AtermError::FloatingWithPath),
            hash => {
                check_slash()?;
                Output::Fixed { method, hash: Hash::parse_unprefixed(hash, algorithm)? }
            }
        };
        Ok((name, output))
    }

    fn input(&mut self, inputs: &mut Vec<InputDrv<'a>>) -> Result<(), AtermError> {
        self.expect("(")?;
        let drv = self.store_path()?;
        self.expect(",[")?;
        let n_before = inputs.len();
        while !self.is_list_over()? {
            inputs.push(InputDrv { drv, output: Some(self.text()?) });
        }
        if inputs.len() == n_before {
            inputs.push(InputDrv { drv, output: None });
        }
        self.expect(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::modulo::to_aterm;

    fn fault(text: &str) -> String {
        parse_derivation(text.as_bytes(), "x").expect_err("a broken text").to_string()
    }

    #[test]
    fn every_cut_is_a_fault() {
        let text = r#"Derive([("out","/nix/store/2zxharbffwij2fvr0xmf629z4k28mxlp-top","","")],[("/nix/store/47lbs0zpyhvc0syl9f7wbplc4ifv6jw9-m.drv",["dev","out"])],["/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo"],"x86_64-linux","/bin/sh",["a\nb\\"],[("k","q\"q"),("out","/nix/store/2zxharbffwij2fvr0xmf629z4k28mxlp-top")])"#;
        for end in 0..text.len() {
            assert!(parse_derivation(&text.as_bytes()[..end], "top").is_err(), "cut at {end}");
        }
        let drv = parse_derivation(text.as_bytes(), "top").expect("a whole text");
        assert_eq!(&*drv.args[0], b"a\nb\\");
        assert_eq!(to_aterm(&drv).expect("paths are known"), text.as_bytes());
    }

    #[test]
    fn faults_use_nix_words() {
        let cases = [
            ("", "expected string 'D'"),
            ("Dx", "derivation does not start with 'Derive' or 'DrvWithVersion'"),
            ("Derive([(\"o", "unterminated string in derivation"),
            ("Derive([(\"o\\", "unterminated string in derivation"),
            ("Derive([(\"o\",\"x\",\"\",\"\")", "bad path 'x' in derivation"),
            (
                "Derive([(\"o\",\"/x\",\"r:sha256\",\"\")",
                "content-addressing derivation output should not specify output path",
            ),
            ("Derive([],[(\"x\"", "bad path 'x' in derivation"),
        ];
        for (text, expected) in cases {
            assert_eq!(fault(text), expected, "{text}");
        }
    }
}
