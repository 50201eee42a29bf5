//! Derivations as data: what `derivationStrict` collects before paths are known.
//!
//! Everything is borrowed where possible and kept in sorted vectors, since a package set makes them by the thousand.

use std::borrow::Cow;

use crate::store::content_address::ContentMethod;
use crate::store::hash::{Hash, HashAlgorithm};
use crate::store::store_path::{StorePath, StorePathError, StorePathRef};

/// A text that need not be UTF-8, borrowed where possible.
pub type Bytes<'a> = Cow<'a, [u8]>;

/// A build to be done. The caller sorts `outputs`, `input_drvs`, `input_srcs` and `env`, each without duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation<'a> {
    /// The name, without `.drv`.
    pub name: Cow<'a, str>,
    /// The outputs by name.
    pub outputs: Vec<(Cow<'a, str>, Output)>,
    /// Which outputs of which derivations are needed.
    pub input_drvs: Vec<InputDrv<'a>>,
    /// Which other store paths are needed.
    pub input_srcs: Vec<StorePathRef<'a>>,
    /// The system that builds it.
    pub platform: Bytes<'a>,
    /// The program that builds it.
    pub builder: Bytes<'a>,
    /// The program's arguments.
    pub args: Vec<Bytes<'a>>,
    /// The environment. Entries named like an output may be missing and are otherwise overwritten with its path;
    /// structured attributes are the entry `__json`.
    pub env: Vec<(Bytes<'a>, Bytes<'a>)>,
}

/// One output of another derivation that is needed here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputDrv<'a> {
    /// The derivation.
    pub drv: StorePathRef<'a>,
    /// Which of its outputs. `None` names the derivation without any: only files read back have that.
    pub output: Option<Cow<'a, str>>,
}

/// How an output gets its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// From the inputs, once it is computed. Stays so if an input's path is unknown too.
    Deferred,
    /// From the inputs: here it is.
    InputAddressed(StorePath),
    /// From its content, whose hash is promised.
    Fixed {
        /// How the content is hashed.
        method: ContentMethod,
        /// The promise.
        hash: Hash,
    },
    /// From its content, once it is built.
    Floating {
        /// How the content is hashed.
        method: ContentMethod,
        /// With what.
        algorithm: HashAlgorithm,
    },
    /// From its content, anew with each build.
    Impure {
        /// How the content is hashed.
        method: ContentMethod,
        /// With what.
        algorithm: HashAlgorithm,
    },
}

/// What all outputs of a derivation have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivationKind {
    /// Paths from the inputs.
    InputAddressed,
    /// Paths from the inputs, not (yet) computed.
    Deferred,
    /// A promised hash.
    Fixed,
    /// Paths from the content.
    Floating,
    /// Content that may change.
    Impure,
}

/// Why a derivation has no paths, in Nix's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DerivationError {
    /// Outputs of different kinds.
    #[error("can't mix derivation output types")]
    MixedOutputs,
    /// More than one promise.
    #[error("only one fixed output is allowed for now")]
    ManyFixedOutputs,
    /// A promise for another output than `out`.
    #[error("single fixed output must be named \"out\"")]
    FixedOutputName,
    /// Floating outputs hashed differently.
    #[error("all floating outputs must use the same hash algorithm")]
    MixedAlgorithms,
    /// Nothing to build.
    #[error("must have at least one output")]
    NoOutputs,
    /// An input lacks the output that is wanted of it.
    #[error("no hash for output '{output}' of derivation '{name}'")]
    MissingOutput {
        /// The wanted output.
        output: String,
        /// Who wants it.
        name: String,
    },
    /// An input that was never instantiated here: read its file and `learn` it, or report this.
    #[error("store path '{0}' does not exist")]
    UnknownInput(StorePath),
    /// A path that cannot be.
    #[error(transparent)]
    Path(#[from] StorePathError),
}

impl Derivation<'_> {
    /// What the outputs have in common.
    pub fn kind(&self) -> Result<DerivationKind, DerivationError> {
        let mut kind = None;
        let mut floating = None;
        for (name, output) in &self.outputs {
            let this = match output {
                Output::Deferred => DerivationKind::Deferred,
                Output::InputAddressed(_) => DerivationKind::InputAddressed,
                Output::Fixed { .. } => DerivationKind::Fixed,
                Output::Floating { .. } => DerivationKind::Floating,
                Output::Impure { .. } => DerivationKind::Impure,
            };
            match kind {
                None => kind = Some(this),
                Some(kind) if kind != this => return Err(DerivationError::MixedOutputs),
                Some(DerivationKind::Fixed) => return Err(DerivationError::ManyFixedOutputs),
                Some(_) => {}
            }
            match output {
                Output::Fixed { .. } if name != "out" => return Err(DerivationError::FixedOutputName),
                Output::Floating { algorithm, .. } if *floating.get_or_insert(*algorithm) != *algorithm => {
                    return Err(DerivationError::MixedAlgorithms);
                }
                _ => {}
            }
        }
        kind.ok_or(DerivationError::NoOutputs)
    }
}
