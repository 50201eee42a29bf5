//! Versions: how Nix cuts them, orders them, and finds them in a derivation's name.
//!
//! Pure functions over bytes; they never allocate.

use std::cmp::Ordering;

/// The components of a version, from left to right: runs of digits and runs of other text, dots and dashes left out.
pub fn components(version: &[u8]) -> impl Iterator<Item = &[u8]> {
    Components { rest: version }
}

#[derive(Clone, Debug)]
struct Components<'v> {
    rest: &'v [u8],
}

impl<'v> Iterator for Components<'v> {
    type Item = &'v [u8];

    fn next(&mut self) -> Option<&'v [u8]> {
        let start = self.rest.iter().position(|byte| !is_separator(*byte))?;
        let rest = &self.rest[start..];
        let number = rest[0].is_ascii_digit();
        let ends = |byte: &u8| byte.is_ascii_digit() != number || is_separator(*byte);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let (component, rest) = rest.split_at(length);
        self.rest = rest;
        Some(component)
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-')
}

/// The order of two versions, as `builtins.compareVersions` has it.
#[must_use]
pub fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (components(left), components(right));
    loop {
        let (a, b) = (left.next(), right.next());
        if a.is_none() && b.is_none() {
            return Ordering::Equal;
        }
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        if is_less(a, b) {
            return Ordering::Less;
        } else if is_less(b, a) {
            return Ordering::Greater;
        }
    }
}

/// Whether a component comes before another. Not quite an order: numbers too big for 32 bits count as words.
fn is_less(left: &[u8], right: &[u8]) -> bool {
    match (number(left), number(right)) {
        (Some(a), Some(b)) => a < b,
        (_, Some(_)) if left.is_empty() => true,
        _ if left == b"pre" && right != b"pre" => true,
        _ if right == b"pre" => false,
        // A word comes before a number: `2.3a` is older than `2.3.1`.
        (_, Some(_)) => true,
        (Some(_), _) => false,
        (None, None) => left < right,
    }
}

fn number(component: &[u8]) -> Option<i32> {
    if !component.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(component).ok()?.parse().ok()
}

/// Cuts a derivation's name in two at the first dash that no letter follows: `nix-2.34` is `nix` and `2.34`.
#[must_use]
pub fn split_drv_name(name: &[u8]) -> (&[u8], &[u8]) {
    let dash = name.windows(2).position(|pair| pair[0] == b'-' && !pair[1].is_ascii_alphabetic());
    match dash {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (name, b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordering() {
        let cases = [
            ("1.0", "1.0.0", -1),
            ("1.0pre", "1.0", -1),
            ("2147483647", "2147483648", 1),
            ("2147483648", "2147483649", -1),
            ("1a", "1.1", -1),
            ("", "pre", 1),
            ("007", "7", 0),
            ("1..2", "1.2", 0),
            ("1.0", "2.3", -1),
            ("2.1", "2.3", -1),
            ("2.3", "2.3", 0),
            ("2.5", "2.3", 1),
            ("3.1", "2.3", 1),
            ("2.3.1", "2.3", 1),
            ("2.3.1", "2.3a", 1),
            ("2.3pre1", "2.3", -1),
            ("2.3pre3", "2.3pre12", -1),
            ("2.3a", "2.3c", -1),
            ("2.3pre1", "2.3c", -1),
            ("2.3pre1", "2.3q", -1),
        ];
        for (left, right, expected) in cases {
            let order = compare(left.as_bytes(), right.as_bytes());
            assert_eq!(order, expected.cmp(&0), "{left} and {right}");
        }
    }

    #[test]
    fn cut_into_components() {
        let parts: Vec<_> = components(b"1.2-a3b..x_y").collect();
        assert_eq!(parts, [&b"1"[..], b"2", b"a", b"3", b"b", b"x_y"]);
        assert_eq!(components(b".-.").count(), 0);
        assert_eq!(components(b"").count(), 0);
    }

    #[test]
    fn names() {
        let cases = [
            ("foo-1.2-3", "foo", "1.2-3"),
            ("foo-", "foo-", ""),
            ("foo--bar", "foo", "-bar"),
            ("a-b1-ü", "a-b1", "ü"),
            ("nix-js", "nix-js", ""),
            ("", "", ""),
        ];
        for (full, name, version) in cases {
            assert_eq!(split_drv_name(full.as_bytes()), (name.as_bytes(), version.as_bytes()));
        }
    }

    proptest::proptest! {
        #[test]
        fn equal_to_itself(version in "[0-9a-c.-]{0,12}|pre") {
            assert_eq!(compare(version.as_bytes(), version.as_bytes()), Ordering::Equal);
        }
    }
}
