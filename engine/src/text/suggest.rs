//! What the writer of an unknown name may have meant.
//!
//! Plain text without colours; never asks where the names come from.

/// How many names are suggested at most.
const LIMIT: usize = 5;
/// How many edits a suggested name is away at most.
const MAX_DISTANCE: usize = 2;

/// The names closest to `wanted`: by number of edits, then in byte order.
pub fn best_matches<'n>(names: impl IntoIterator<Item = &'n [u8]>, wanted: &[u8]) -> Vec<&'n [u8]> {
    let mut rows = Rows::default();
    let mut found: Vec<(usize, &[u8])> =
        names.into_iter().filter_map(|name| Some((rows.distance(wanted, name)?, name))).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(LIMIT);
    found.into_iter().map(|(_, name)| name).collect()
}

/// The sentence that offers `names`; none without names.
#[must_use]
pub fn did_you_mean(names: &[&[u8]]) -> Option<String> {
    let (last, others) = names.split_last()?;
    let mut text = String::from("Did you mean ");
    if !others.is_empty() {
        text.push_str("one of ");
    }
    for (at, name) in others.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ", " });
        text.push_str(&String::from_utf8_lossy(name));
    }
    text.push_str(if others.is_empty() { "" } else { " or " });
    text.push_str(&String::from_utf8_lossy(last));
    text.push('?');
    Some(text)
}

/// Two rows of the table of edit distances, kept between names.
#[derive(Default)]
struct Rows {
    above: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// How many insertions, deletions and replacements lead from one text to the other; none if too many do.
    fn distance(&mut self, from: &[u8], to: &[u8]) -> Option<usize> {
        if from.len().abs_diff(to.len()) > MAX_DISTANCE {
            return None;
        }
        self.above.clear();
        self.above.extend(0..=to.len());
        for (at, byte) in from.iter().enumerate() {
            self.row.clear();
            self.row.push(at + 1);
            let mut left = at + 1;
            for (column, other) in to.iter().enumerate() {
                let replace = self.above[column] + usize::from(byte != other);
                left = replace.min(left + 1).min(self.above[column + 1] + 1);
                self.row.push(left);
            }
            std::mem::swap(&mut self.above, &mut self.row);
        }
        self.above.last().copied().filter(|distance| *distance <= MAX_DISTANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(names: &[&str], wanted: &str) -> Option<String> {
        let names = names.iter().map(|name| name.as_bytes());
        did_you_mean(&best_matches(names, wanted.as_bytes()))
    }

    #[test]
    fn sentences() {
        let cases: [(&[&str], &str, Option<&str>); 8] = [
            (&["foo", "bar"], "fooo", Some("Did you mean foo?")),
            (
                &["fooa", "foob", "fooc", "food", "fooe", "foof"],
                "foo",
                Some("Did you mean one of fooa, foob, fooc, food or fooe?"),
            ),
            (&["ab", "ba"], "aa", Some("Did you mean one of ab or ba?")),
            (&["foxx", "foo"], "foox", Some("Did you mean one of foo or foxx?")),
            (&["abcd"], "a", None),
            (&[], "a", None),
            (&["a", "bc", "def"], "", Some("Did you mean one of a or bc?")),
            // A swap of neighbours is two edits.
            (&["oof"], "ofo", Some("Did you mean oof?")),
        ];
        for (names, wanted, expected) in cases {
            assert_eq!(suggest(names, wanted).as_deref(), expected, "{wanted}");
        }
    }
}
