//! `*`, `?` and `**`: one matcher for the characters of a name and for the parts of a path.
//!
//! It takes time in proportion to pattern times text at worst, whatever the pattern. It knows neither files nor names.

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<P> {
    /// Any number of elements, also none.
    Many,
    /// One element that fits.
    One(P),
}

/// Whether a pattern matches all of a text.
pub(super) fn matches<P, T>(pattern: &[Piece<P>], text: &[T], fits: impl Fn(&P, &T) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    // The last `Many` met, and what it has taken so far. No earlier one ever needs to take more: what lies between two
    // of them was found at the first place where it is.
    let mut many: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Piece::Many) => {
                many = Some((p, t));
                p += 1;
            }
            Some(Piece::One(one)) if fits(one, &text[t]) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = many else { return false };
                many = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|it| matches!(it, Piece::Many))
}

/// A pattern for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Glob {
    /// This name.
    Exact(Box<[u8]>),
    /// Any name.
    Any,
    /// A name of which this is the pattern; `None` is `?`.
    Like(Vec<Piece<Option<char>>>),
}

impl Glob {
    /// `*` and `?` in `text` are wildcards.
    pub(super) fn new(text: &str) -> Self {
        if !text.contains(['*', '?']) {
            return Self::Exact(text.as_bytes().into());
        }
        let mut pieces = Vec::new();
        for c in text.chars() {
            match c {
                '*' if pieces.last() == Some(&Piece::Many) => {}
                '*' => pieces.push(Piece::Many),
                '?' => pieces.push(Piece::One(None)),
                c => pieces.push(Piece::One(Some(c))),
            }
        }
        if pieces == [Piece::Many] { Self::Any } else { Self::Like(pieces) }
    }

    /// Whether a name matches. In one that is not UTF-8, each broken part is one character.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Exact(text) => **text == *name,
            Self::Any => true,
            Self::Like(pieces) => {
                let chars: Vec<char> = String::from_utf8_lossy(name).chars().collect();
                matches(pieces, &chars, |one, c| one.is_none_or(|it| it == *c))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn wildcards() {
        let cases = [
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("*", "", true),
            ("**", "abc", true),
            ("*.nix", "a.nix", true),
            ("*.nix", "a.nixx", false),
            ("mk*", "mkMerge", true),
            ("mk*", "lib", false),
            ("?", "é", true),
            ("?", "ab", false),
            ("??", "é", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("*a?", "aaab", true),
            ("", "", true),
            ("", "a", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_end_soon() {
        let pattern = Glob::new(&"*a".repeat(500));
        assert!(!pattern.matches(&[b'a'; 499]));
        assert!(!pattern.matches("ab".repeat(5000).as_bytes()));
        assert!(pattern.matches("ba".repeat(5000).as_bytes()));
    }
}
