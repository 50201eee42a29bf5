//! The store: paths, hashes and derivations as pure computations.
