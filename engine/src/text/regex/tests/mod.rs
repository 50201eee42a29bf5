//! Expressions against what Nix made of them.

mod cases;

use super::*;
use cases::{ACCEPTED, MATCHES, TEXTS};

#[test]
fn groups_and_pieces() {
    for (pattern, text, groups, pieces) in MATCHES {
        let regex = Regex::new(pattern.as_bytes()).expect("the cases are valid");
        assert_eq!(show_match(&regex, text.as_bytes()), *groups, "{pattern} on {text}");
        assert_eq!(show_split(&regex, text.as_bytes()), *pieces, "{pattern} in {text}");
    }
}

#[test]
fn accepted_and_refused() {
    for (pattern, expected) in ACCEPTED {
        let got = match Regex::new(pattern.as_bytes()) {
            Err(RegexError::Invalid) => "E".to_owned(),
            Err(RegexError::TooBig) => "S".to_owned(),
            Ok(regex) => TEXTS.map(|text| if regex.full_match(text.as_bytes()).is_some() { "1" } else { "0" }).concat(),
        };
        assert_eq!(got, *expected, "{pattern}");
    }
}

#[test]
fn size_and_depth_need_no_stack() {
    let deep = "(".repeat(9_000) + "a" + &")".repeat(9_000);
    let regex = Regex::new(deep.as_bytes()).expect("deep is valid");
    assert_eq!(regex.full_match(b"a").expect("it matches").len(), 9_000);
    let long = "ab\n".repeat(50_000);
    for pattern in ["((a|ab|[^q])*c?)*", "(a|.)*", "(.*)(b|bc)(.*)"] {
        let regex = Regex::new(pattern.as_bytes()).expect("valid");
        assert!(regex.full_match(long.as_bytes()).is_some());
    }
    // Backtracking without memory would never end here.
    let regex = Regex::new(b"((a|aa)*b?)*c").expect("valid");
    assert!(regex.full_match("a".repeat(1_000).as_bytes()).is_none());
}

fn show_groups(captures: &Captures, text: &[u8]) -> String {
    let groups: Vec<String> = captures
        .groups()
        .map(|group| group.map_or("null".into(), |range| format!("\"{}\"", String::from_utf8_lossy(&text[range]))))
        .collect();
    format!("[{}]", groups.join(","))
}

fn show_match(regex: &Regex, text: &[u8]) -> String {
    regex.full_match(text).map_or("null".into(), |captures| show_groups(&captures, text))
}

fn show_split(regex: &Regex, text: &[u8]) -> String {
    let mut split = regex.split(text);
    let mut pieces = Vec::new();
    while let Some(piece) = split.next_piece() {
        pieces.push(match piece {
            Piece::Text(range) => format!("\"{}\"", String::from_utf8_lossy(&text[range])),
            Piece::Match(captures) => show_groups(captures, text),
        });
    }
    format!("[{}]", pieces.join(","))
}

proptest::proptest! {
    /// The crate and the exact matcher agree wherever the crate is trusted.
    #[test]
    fn both_ways_agree(pattern in "([ab.]|\\[[ab]\\]|\\((a|b|a\\|b|ab\\|a|)\\)|[ab]\\*|\\(a\\|bb?\\)\\+){0,6}", text in "[abc]{0,10}") {
        if let Ok(regex) = Regex::new(pattern.as_bytes()) {
            let exact = Regex::new(pattern.as_bytes()).expect("the same");
            let _ = exact.whole.set(None);
            let _ = exact.part.set(None);
            assert_eq!(show_match(&regex, text.as_bytes()), show_match(&exact, text.as_bytes()));
            assert_eq!(show_split(&regex, text.as_bytes()), show_split(&exact, text.as_bytes()));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_compiled(pattern in "[\\[\\](){}*+?|^$.:=,0-9ab\\\\-]{0,20}", bytes: Vec<u8>) {
        for pattern in [pattern.as_bytes(), &bytes] {
            if let Ok(regex) = Regex::new(pattern) {
                let _ = regex.full_match(b"ab");
            }
        }
    }
}
