//! Two evaluators side by side: the same programs through both, and where they differ, the smallest program that shows it.
//!
//! An evaluator is any command that takes programs after `-E` and prints one line for each value, as `nix-instantiate
//! --eval --strict` does. Nothing here knows how programs are evaluated.

mod command;
mod outcome;
mod shrink;

pub use command::Command;
pub use outcome::{Level, Outcome};
pub use shrink::shrink;

/// What two evaluators make of the same programs. They run at the same time.
#[must_use]
pub fn both(reference: &Command, ours: &Command, programs: &[String]) -> Vec<(Outcome, Outcome)> {
    let (theirs, own) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| reference.evaluate(programs));
        (theirs.join().unwrap_or_default(), ours.evaluate(programs))
    });
    // Both vectors have one outcome for each program; if a thread was lost, there is nothing to compare.
    theirs.into_iter().zip(own).collect()
}
