//! Tree to expressions: desugars, merges bindings, and never fails.
