//! What tests share: cases and goldens as texts that people read. Knows nothing of the engine or of the front ends.

pub mod compare;
pub mod generate;
