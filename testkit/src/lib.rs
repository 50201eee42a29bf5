//! What tests share: cases and goldens as texts that people read. Knows nothing of the engine or of the front ends.
//!
//! A test gives a function from the text under test to what came of it; reading, comparing, telling the difference and
//! renewing (`UPDATE_GOLDEN=1`, `RENEW_GOLDENS_WITH=…`) are done here.

pub mod cases;
pub mod compare;
pub mod generate;
pub mod goldens;
pub mod pages;
