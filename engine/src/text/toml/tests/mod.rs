//! The reader against what Nix said of the same texts.

mod cases;

use super::*;
use crate::text::{escape, number};
use cases::{CASES, Outcome};

/// The document as Nix prints it: sets sorted by name.
fn show(document: &Document) -> Vec<u8> {
    let mut shown: Vec<Vec<u8>> = Vec::new();
    // Members stand behind their containers, but for headers that reopen a table; so go by need.
    let mut waiting = vec![(0, false)];
    shown.resize(document.nodes().len(), Vec::new());
    while let Some((id, ready)) = waiting.pop() {
        let mut out = Vec::new();
        match &document.nodes()[id] {
            Node::Table(members) if !ready => {
                waiting.push((id, true));
                waiting.extend(members.iter().map(|(_, member)| (*member, false)));
                continue;
            }
            Node::Array(elements) if !ready => {
                waiting.push((id, true));
                waiting.extend(elements.iter().map(|element| (*element, false)));
                continue;
            }
            Node::Table(members) => {
                let mut members = members.clone();
                members.sort();
                out.extend_from_slice(b"{ ");
                for (name, member) in members {
                    escape::write_attr_name(&mut out, name.as_bytes());
                    out.extend_from_slice(&[b" = ", &shown[member][..], b"; "].concat());
                }
                out.push(b'}');
            }
            Node::Array(elements) => {
                out.extend_from_slice(b"[ ");
                elements.iter().for_each(|element| out.extend_from_slice(&[&shown[*element][..], b" "].concat()));
                out.push(b']');
            }
            Node::String(text) => escape::write_string(&mut out, text.as_bytes()),
            Node::Int(value) => number::write_int(&mut out, *value),
            Node::Float(value) => number::write_general(&mut out, *value),
            Node::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Node::Timestamp(text) => {
                out.extend_from_slice(format!("{{ _type = \"timestamp\"; value = \"{text}\"; }}").as_bytes());
            }
        }
        shown[id] = out;
    }
    std::mem::take(&mut shown[0])
}

#[test]
fn as_nix_reads_it() {
    for (text, outcome) in CASES {
        let place = String::from_utf8_lossy(text);
        let read = Document::parse(text, true);
        let (got, expected) = match (&read, outcome) {
            (Ok(document), Outcome::Ok(expected)) => (show(document), expected),
            (Err(error), Outcome::Err(expected)) => (error.message().trim_ascii_end().to_vec(), expected),
            (Ok(document), Outcome::Err(_)) => panic!("{place} is no fault but {}", show(document).escape_ascii()),
            (Err(error), Outcome::Ok(_)) => panic!("{place} is a fault: {}", error.message().escape_ascii()),
        };
        let expected = expected.trim_ascii_end();
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(expected), "{place}");
    }
}

#[test]
fn timestamps_can_be_refused() {
    let error = Document::parse(b"a=1\nx=1979-05-27", false).expect_err("a date");
    assert_eq!(error.message(), b"Dates and times are not supported");
}

#[test]
fn events_come_from_the_outside_in() {
    let document = Document::parse(b"[a.b]\nx=[1,{}]\n[a]\ny=2", false).expect("TOML");
    let int = |value| Node::Int(value);
    let (one, two) = (int(1), int(2));
    let expected = [
        Event::Table,
        Event::Key("a"),
        Event::Table,
        Event::Key("b"),
        Event::Table,
        Event::Key("x"),
        Event::Array,
        Event::Value(&one),
        Event::Table,
        Event::End,
        Event::End,
        Event::End,
        Event::Key("y"),
        Event::Value(&two),
        Event::End,
        Event::End,
    ];
    assert!(document.events().eq(expected));
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("x={}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Document::parse(nested(200).as_bytes(), false).is_ok());
    for depth in [201, 100_000] {
        let error = Document::parse(nested(depth).as_bytes(), false).expect_err("too deep");
        assert!(String::from_utf8_lossy(error.message()).contains("nested too deeply"));
    }
    let inline = "x=".to_owned() + &"{a=".repeat(100_000);
    assert!(Document::parse(inline.as_bytes(), false).is_err());
    let keys = format!("{}=1\n[{}]", vec!["a"; 50_000].join("."), vec!["b"; 50_000].join("."));
    assert!(Document::parse(keys.as_bytes(), false).is_ok_and(|document| document.events().count() > 200_000));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_an_answer(
        text in "([ab.=\\[\\]{},\"'#\\\\ \n\r\t0-9:eTZ+_-]|=1\n|\\[a\\]\n|\"\"\"|'''|é){0,30}",
        bytes: Vec<u8>,
    ) {
        let _ = Document::parse(text.as_bytes(), true);
        let _ = Document::parse(&bytes, true);
    }
}
