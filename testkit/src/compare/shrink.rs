//! Makes a program smaller for as long as two evaluators differ on it in the same way.

use super::{Command, Level, Outcome, both};
use crate::generate::Term;

/// How many smaller programs are tried at once.
const BATCH: usize = 40;

/// The smallest program found on which the evaluators still differ as they do on this one, trying at most `tries`.
/// Outcomes of which `counts` says that they do not count are not looked for.
#[must_use]
pub fn shrink(
    program: &Term,
    [reference, ours]: [&Command; 2],
    level: Level,
    tries: usize,
    counts: &dyn Fn(&Outcome) -> bool,
) -> Term {
    let mut best = program.clone();
    let sort_of = |terms: &[Term]| -> Vec<_> {
        let texts: Vec<String> = terms.iter().map(Term::text).collect();
        let outcomes = both(reference, ours, &texts);
        let difference = |(theirs, own): &(Outcome, Outcome)| {
            let counts = counts(theirs) && counts(own);
            theirs.difference(own, level).filter(|_| counts)
        };
        outcomes.iter().map(difference).collect()
    };
    let Some(wanted) = sort_of(std::slice::from_ref(&best)).pop().flatten() else { return best };
    let mut left = tries;
    'again: loop {
        let smaller = best.smaller();
        for batch in smaller.chunks(BATCH) {
            if left < batch.len() {
                return best;
            }
            left -= batch.len();
            // Candidates come smallest first, so the first that still differs is the best step.
            if let Some(found) = sort_of(batch).iter().position(|it| *it == Some(wanted)) {
                best = batch[found].clone();
                continue 'again;
            }
        }
        return best;
    }
}
