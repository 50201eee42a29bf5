//! What a string carries along: the store paths and outputs that it mentions.
//!
//! One element and its text; sets of them belong to the strings.

use std::fmt;
use std::sync::Arc;

use crate::store::store_path::{StorePath, StorePathError};

/// One thing a string depends on. The order is Nix's, which shows where only the first offender is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum ContextElement {
    /// A store path as it is. Written as its base name.
    Opaque(StorePath),
    /// A derivation with everything below it, outputs too. Written `=<drv>`.
    DrvDeep(StorePath),
    /// An output of a derivation. Written `!<output>!<drv>`.
    Built {
        /// The derivation.
        drv: StorePath,
        /// The output's name.
        output: Arc<str>,
    },
}

/// Why a text is not a context element, in Nix's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// Nothing at all.
    #[error("Bad String Context element: String context element should never be an empty string: ")]
    Empty,
    /// `!` alone, or an output without its derivation.
    #[error("Bad String Context element: String content element beginning with '!' should have a second '!': {0}")]
    MissingSecondMark(String),
    /// `!` further on in what should be a plain path.
    #[error(
        "Bad String Context element: String content element not beginning with '!' should not have a second '!': {0}"
    )]
    StrayMark(String),
    /// An output of an output: dynamic derivations are switched off.
    #[error(
        "experimental Nix feature 'dynamic-derivations' is disabled; add '--extra-experimental-features dynamic-derivations' to enable it"
    )]
    DynamicDerivation,
    /// What should be a store path is none.
    #[error(transparent)]
    Path(#[from] StorePathError),
}

impl ContextElement {
    /// Reads the text that [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Result<Self, ContextError> {
        if text.is_empty() {
            return Err(ContextError::Empty);
        }
        if let Some(drv) = text.strip_prefix('=') {
            return Ok(Self::DrvDeep(StorePath::from_base(drv)?));
        }
        if let Some(rest) = text.strip_prefix('!') {
            return match rest.split_once('!') {
                None => Err(ContextError::MissingSecondMark(text.into())),
                Some((_, drv)) if drv.contains('!') => Err(ContextError::DynamicDerivation),
                Some((output, drv)) => Ok(Self::Built { drv: StorePath::from_base(drv)?, output: output.into() }),
            };
        }
        if text.contains('!') {
            return Err(ContextError::StrayMark(text.into()));
        }
        Ok(Self::Opaque(StorePath::from_base(text)?))
    }

    /// The path that is mentioned: of the derivation, if it is of an output.
    pub fn path(&self) -> &StorePath {
        match self {
            Self::Opaque(path) | Self::DrvDeep(path) | Self::Built { drv: path, .. } => path,
        }
    }
}

impl ContextElement {
    /// The element as faults show it: the whole path, and behind it what of it is meant.
    pub fn shown(&self) -> impl fmt::Display {
        struct Shown<'e>(&'e ContextElement);

        impl fmt::Display for Shown<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.path().as_str())?;
                match self.0 {
                    ContextElement::Opaque(_) => Ok(()),
                    ContextElement::DrvDeep(_) => f.write_str(" (deep)"),
                    ContextElement::Built { output, .. } => write!(f, "^{output}"),
                }
            }
        }

        Shown(self)
    }
}

impl fmt::Display for ContextElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.path().as_ref().base();
        match self {
            Self::Opaque(_) => f.write_str(base),
            Self::DrvDeep(_) => write!(f, "={base}"),
            Self::Built { output, .. } => write!(f, "!{output}!{base}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRV: &str = "zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv";

    #[test]
    fn elements_are_read_back_in_nix_order() {
        let texts = [DRV.to_owned(), format!("={DRV}"), format!("!dev!{DRV}"), format!("!out!{DRV}")];
        let elements: Vec<_> = texts.iter().map(|it| ContextElement::parse(it).expect("a good element")).collect();
        assert!(elements.is_sorted());
        assert_eq!(elements.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
    }

    #[test]
    fn bad_elements_are_refused() {
        assert_eq!(ContextElement::parse(""), Err(ContextError::Empty));
        assert_eq!(ContextElement::parse("!out"), Err(ContextError::MissingSecondMark("!out".into())));
        assert_eq!(ContextElement::parse("a!b"), Err(ContextError::StrayMark("a!b".into())));
        assert_eq!(ContextElement::parse(&format!("!a!b!{DRV}")), Err(ContextError::DynamicDerivation));
        assert!(matches!(ContextElement::parse("short"), Err(ContextError::Path(_))));
    }
}
