//! The store: paths, hashes and derivations as pure computations.
//!
//! Nothing here writes: a store path is what it would be, whether or not a store exists. [`VirtualStore`] lets what
//! would be there be read.

mod aterm;
mod aterm_reader;
mod content_address;
mod context;
mod derivation;
mod encoding;
mod hash;
mod modulo;
mod placeholder;
mod store_path;
mod virtual_store;

pub use aterm_reader::{AtermError, parse_derivation};
pub use content_address::ContentMethod;
pub use context::{ContextElement, ContextError};
pub use derivation::{Bytes, Derivation, DerivationError, DerivationKind, InputDrv, Output};
pub use hash::{Hash, HashAlgorithm, HashError, HashFormat, sha256};
pub use modulo::{HashModuloMemo, Instantiated, to_aterm};
pub use placeholder::{output_placeholder, unknown_output_placeholder};
pub use store_path::{
    DRV_SUFFIX, MAX_NAME_LEN, STORE_DIR, STORE_PREFIX, StorePath, StorePathError, StorePathRef, check_name,
};
pub use virtual_store::VirtualStore;
