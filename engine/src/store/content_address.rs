//! How content becomes the bytes that are hashed: the methods of `outputHashMode` and `builtins.path`.
//!
//! Only their names. What they do to files is for whoever reads files.

/// How content is turned into bytes before hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentMethod {
    /// A text, with references: `builtins.toFile` and derivations themselves.
    Text,
    /// The bytes of one file.
    Flat,
    /// The NAR of a file or tree. `recursive` is its old name.
    Nar,
    /// A git blob or tree.
    Git,
}

impl ContentMethod {
    /// Reads an `outputHashMode`; the caller has words of its own for an unknown one, and decides whether the
    /// experimental `text` and `git` are allowed.
    pub fn parse_output_hash_mode(mode: &str) -> Option<Self> {
        match mode {
            "text" => Some(Self::Text),
            "flat" => Some(Self::Flat),
            "nar" | "recursive" => Some(Self::Nar),
            "git" => Some(Self::Git),
            _ => None,
        }
    }

    /// What stands before the algorithm in a derivation's output.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Text => "text:",
            Self::Flat => "",
            Self::Nar => "r:",
            Self::Git => "git:",
        }
    }

    /// Takes [`ContentMethod::prefix`] off a text.
    pub fn strip_prefix(text: &str) -> (Self, &str) {
        for method in [Self::Nar, Self::Git, Self::Text] {
            if let Some(rest) = text.strip_prefix(method.prefix()) {
                return (method, rest);
            }
        }
        (Self::Flat, text)
    }
}
