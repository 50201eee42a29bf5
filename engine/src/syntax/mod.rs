//! Text to tree. The only room that says `rnix`.

mod event;

pub use event::{Event, Parse, SyntaxError};
pub use rnix::SyntaxKind;
