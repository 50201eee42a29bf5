//! The reader against what Nix said of the same texts.

mod cases;

use super::*;
use cases::{CASES, Outcome};

/// Reads `text` and writes it again without spaces.
fn rewrite(text: &[u8]) -> Result<Vec<u8>, JsonError> {
    let mut reader = Reader::new(text);
    let mut out = Vec::new();
    let mut comma = false;
    loop {
        let event = reader.next_event()?;
        if comma && !matches!(event, Event::EndArray | Event::EndObject | Event::End) {
            out.push(b',');
        }
        comma = !matches!(event, Event::StartArray | Event::StartObject | Event::Key(_));
        match event {
            Event::Null => out.extend_from_slice(b"null"),
            Event::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            Event::Int(value) => crate::text::number::write_int(&mut out, value),
            Event::Float(value) => crate::text::number::write_json_float(&mut out, value),
            Event::String(value) => write_json_string(&mut out, value).expect("strings are UTF-8"),
            Event::Key(value) => {
                write_json_string(&mut out, value).expect("keys are UTF-8");
                out.push(b':');
            }
            Event::StartArray => out.push(b'['),
            Event::EndArray => out.push(b']'),
            Event::StartObject => out.push(b'{'),
            Event::EndObject => out.push(b'}'),
            Event::End => return Ok(out),
        }
    }
}

#[test]
fn as_nix_reads_it() {
    for (text, outcome) in CASES {
        let read = rewrite(text).map_err(|error| error.message());
        let (Ok(got) | Err(got)) = &read;
        let expected = match outcome {
            Outcome::Ok(expected) | Outcome::Err(expected) => *expected,
        };
        let place = String::from_utf8_lossy(text);
        assert_eq!(String::from_utf8_lossy(got), String::from_utf8_lossy(expected), "{place}");
        assert_eq!(read.is_ok(), matches!(outcome, Outcome::Ok(_)), "{place}");
    }
}

#[test]
fn equal_keys_come_in_order() {
    assert_eq!(rewrite(b"{\"a\":1,\"b\":2,\"a\":3}").expect("JSON"), b"{\"a\":1,\"b\":2,\"a\":3}");
}

#[test]
fn depth_needs_no_stack() {
    let depth = 1_000_000;
    let text = "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(rewrite(text.as_bytes()).expect("JSON"), text.as_bytes());
}

proptest::proptest! {
    #[test]
    fn any_string_survives(text: String) {
        let mut json = Vec::new();
        write_json_string(&mut json, text.as_bytes()).expect("UTF-8");
        if text.contains('\0') {
            assert!(matches!(rewrite(&json), Err(JsonError::ZeroByte(_))));
        } else {
            assert_eq!(rewrite(&json).expect("JSON"), json);
        }
    }

    #[test]
    fn any_bytes_are_read_to_an_answer(text in "[\\[\\]{}:,\"0-9eE.+\\-truefalsn \n\\\\é]{0,40}", bytes: Vec<u8>) {
        let _ = rewrite(text.as_bytes());
        let _ = rewrite(&bytes);
    }
}
