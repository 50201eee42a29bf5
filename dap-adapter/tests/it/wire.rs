//! Framing: what a reader must take, what it must survive, and how it finds its way back.

use nixscope_dap_adapter::wire::{Decoder, Defect, encode};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Everything that a decoder makes of some pieces, and of the end after them.
fn decode(limit: usize, pieces: &[&[u8]]) -> Vec<Result<Value, Defect>> {
    let mut decoder = Decoder::with_limit(limit);
    let mut found = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        found.extend(std::iter::from_fn(|| decoder.next_message()));
    }
    found.extend(decoder.finish().map(Err));
    found
}

fn check(input: &[u8], expected: &[&str]) {
    let shown = |it: &Result<Value, Defect>| match it {
        Ok(value) => value.to_string(),
        Err(defect) => format!("!{defect}"),
    };
    let whole: Vec<String> = decode(1000, &[input]).iter().map(shown).collect();
    let text = String::from_utf8_lossy(input);
    assert_eq!(whole.len(), expected.len(), "{text:?}: {whole:?}");
    for (found, expected) in whole.iter().zip(expected) {
        assert!(found.starts_with(expected), "{text:?}: {found} is not {expected}");
    }
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    let single: Vec<String> = decode(1000, &bytes).iter().map(shown).collect();
    assert_eq!(single, whole, "{text:?} byte by byte");
}

#[test]
fn what_is_sent_is_a_header_and_a_body() {
    assert_eq!(encode("{\"ä\":1}".as_bytes()), "Content-Length: 8\r\n\r\n{\"ä\":1}".as_bytes());
}

#[test]
fn legal_but_odd_headers() {
    check(b"", &[]);
    check(b"Content-Length: 2\r\n\r\n{}", &["{}"]);
    check(b"content-length:2\r\n\r\n{}", &["{}"]);
    check(b"CONTENT-LENGTH:   2  \r\n\r\n{}", &["{}"]);
    check(b"Content-Length: 2\n\n{}", &["{}"]);
    check(b"Content-Length: 2\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{}", &["{}"]);
    check(b"Content-Type: x\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
    check(b"\r\n\r\nContent-Length: 2\r\n\r\n{}\r\nContent-Length: 2\r\n\r\n[]\r\n", &["{}", "[]"]);
}

#[test]
fn what_is_no_message_costs_only_itself() {
    check(b"hello\nContent-Length: 2\r\n\r\n{}", &["!6 bytes", "{}"]);
    check(b"\xff\xfe\x00Content-Length: 2\r\n\r\n{}", &["!3 bytes", "{}"]);
    check(b"Content-Length: 3\r\n\r\n{!}Content-Length: 2\r\n\r\n{}", &["!a message is not JSON", "{}"]);
    check(b"Content-Length: 4\r\n\r\n\"\xff\xff\"Content-Length: 2\r\n\r\n{}", &["!a message is not JSON", "{}"]);
    // Half a character, as programs have it whose strings are UTF-16.
    check(b"Content-Length: 8\r\n\r\n\"\\ud83d\"", &["\"\u{fffd}\""]);
    check(b"Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!a message is not JSON", "{}"]);
    // Too short by one.
    check(b"Content-Length: 1\r\n\r\n{}Content-Length: 2\r\n\r\n{}", &["!a message is not JSON", "!1 bytes", "{}"]);
    check(b"Content-Type: x\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!a message without", "{}"]);
    check(b"Content-Length: two\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!the Content-Length `two`", "{}"]);
    check(b"Content-Length: -2\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!the Content-Length `-2`", "{}"]);
    check(b"Content-Length:\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!the Content-Length ``", "{}"]);
}

#[test]
fn the_end_inside_a_message() {
    check(b"Content-Length: 10\r\n\r\n{}", &["!the input ended inside a message, 2 bytes in"]);
    check(b"Content-Length: 10\r\n", &["!the input ended inside a message"]);
    check(b"Content-Le", &["!10 bytes"]);
}

#[test]
fn lengths_that_cannot_be() {
    let next = "Content-Length: 2\r\n\r\n{}";
    for length in ["18446744073709551615", "99999999999999999999999", "9223372036854775807", "1073741825"] {
        check(
            format!("Content-Length: {length}\r\n\r\n{{}}{next}").as_bytes(),
            &["!a message of", "!2 bytes between", "{}"],
        );
    }
    // One that is only too large is believed, and skipped without being kept.
    let large = " ".repeat(1001);
    check(format!("Content-Length: 1001\r\n\r\n{large}{next}").as_bytes(), &["!a message of 1001 bytes", "{}"]);
    check(b"Content-Length: 1001\r\n\r\n", &["!a message of 1001 bytes", "!the input ended inside"]);
}

#[test]
fn garbage_without_lines_is_not_kept() {
    let mut input = vec![b'x'; 100_000];
    input.extend_from_slice(&encode(b"{}"));
    let found = decode(1000, &input.chunks(1000).collect::<Vec<_>>());
    assert_eq!(found, [Err(Defect::Garbage(100_000)), Ok(json!({}))]);
}

#[test]
fn http_is_recognised() {
    check(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}", &["!the other side speaks HTTP", "{}"]);
}

/// Objects as clients send them.
fn message() -> impl Strategy<Value = Value> {
    (any::<i64>(), ".{0,40}").prop_map(|(seq, command)| json!({ "seq": seq, "command": command }))
}

fn split<'a>(input: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = input;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, others) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = others;
    }
    pieces
}

proptest! {
    #[test]
    fn pieces_make_no_difference(
        messages in prop::collection::vec(message(), 0..8),
        sizes in prop::collection::vec(1_usize..50, 1..20),
    ) {
        let input: Vec<u8> = messages.iter().flat_map(|it| encode(it.to_string().as_bytes())).collect();
        let expected: Vec<_> = messages.into_iter().map(Ok).collect();
        prop_assert_eq!(decode(1000, &split(&input, &sizes)), expected);
    }

    #[test]
    fn messages_survive_garbage_between_lines(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), message()), 0..6),
        sizes in prop::collection::vec(1_usize..50, 1..20),
    ) {
        let mut input = Vec::new();
        for (garbage, message) in &parts {
            // What looks like a header is one, and is tested elsewhere.
            input.extend(garbage.iter().filter(|byte| !matches!(byte, b':' | b'/')));
            input.extend(encode(message.to_string().as_bytes()));
        }
        let found = decode(1000, &split(&input, &sizes));
        let messages: Vec<&Value> = found.iter().filter_map(|it| it.as_ref().ok()).collect();
        prop_assert_eq!(messages, parts.iter().map(|(_, message)| message).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_makes_it_panic(
        parts in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                any::<u64>().prop_map(|n| format!("Content-Length: {n}\r\n\r\n").into_bytes()),
                (0..30_u8).prop_map(|n| format!("content-length: {n}\n\n").into_bytes()),
                Just(b"Content-Length: ".to_vec()),
                Just(b"\r\n".to_vec()),
                Just(b"{}".to_vec()),
            ],
            0..30,
        ),
        sizes in prop::collection::vec(1_usize..50, 1..20),
    ) {
        let input = parts.concat();
        let whole = decode(20, &[&input]);
        prop_assert_eq!(decode(20, &split(&input, &sizes)), whole);
    }
}
