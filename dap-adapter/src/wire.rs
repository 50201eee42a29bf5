//! Framing: bytes to JSON values and back, as the protocol's base layer has it (headers, an empty line, a body).
//!
//! Reading forgives what can be forgiven: the case of a header, headers it does not know, lines ended by a bare line
//! feed, empty lines before a message, garbage between messages. What cannot be read becomes a [`Defect`], and reading
//! goes on at the next `Content-Length`. It never panics, never trusts an announced length with memory, and does no
//! input or output itself: bytes are pushed in and values are taken out.

use bytes::{Buf as _, BytesMut};
use nixscope_engine::text::json::mend_lone_surrogates;
use serde_json::Value;
use thiserror::Error;

/// How large a body may be, in bytes.
pub const MAX_BODY: usize = 64 << 20;

/// Up to which announced length a body that is too large is believed and skipped. Beyond it the announcement is a lie:
/// waiting for so many bytes would swallow every message that follows.
const MAX_SKIP: u64 = 1 << 30;

/// How long a header line may be, in bytes.
const MAX_LINE: usize = 4096;

/// The one header that matters, in lower case.
const LENGTH: &[u8] = b"content-length:";

/// Something in the input that is no message. Only [`Defect::Http`] is a reason to stop reading.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Defect {
    /// Bytes between messages that are no header.
    #[error("{0} bytes between messages are no header and were skipped")]
    Garbage(usize),
    /// The headers ended without a length.
    #[error("a message without a Content-Length header was skipped")]
    NoLength,
    /// The length is not a number.
    #[error("the Content-Length `{0}` is not a number")]
    BadLength(String),
    /// The length is larger than the decoder's limit.
    #[error("a message of {0} bytes is too large and was skipped")]
    TooLarge(u64),
    /// The body is not JSON, or not UTF-8.
    #[error("a message is not JSON and was skipped: {0}")]
    NotJson(String),
    /// The input ended inside a message.
    #[error("the input ended inside a message, {0} bytes in")]
    Cut(usize),
    /// Somebody speaks HTTP. A page in a browser can post to a port of the same machine, and the body it chooses would
    /// otherwise be taken for a message.
    #[error("the other side speaks HTTP, not the Debug Adapter Protocol")]
    Http,
}

/// Where the decoder is.
///
/// ```text
///             headers with a length            the whole body is here
///   Headers ───────────────────────▶ Body(n) ─────────────────────────▶ Headers
///      │ ▲
///      │ └──────────── n bytes have gone by ───┐
///      └─ a length above the limit ────▶ Skip(n)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between messages, or in the headers of one; with the length once it has been read.
    Headers {
        length: Option<u64>,
        /// Whether any header of this message was read, so that an empty line ends them.
        is_begun: bool,
    },
    /// Waiting for a body of so many bytes.
    Body(usize),
    /// Throwing away so many bytes.
    Skip(u64),
}

const BETWEEN: State = State::Headers { length: None, is_begun: false };

/// Takes bytes in pieces of any size and gives messages.
#[derive(Debug)]
pub struct Decoder {
    buffer: BytesMut,
    state: State,
    limit: usize,
    /// Garbage seen since the last header, reported in one piece.
    garbage: usize,
    /// A defect that was found while another one had to be told first.
    pending: Option<Defect>,
    /// How far into the buffer a line feed was looked for in vain.
    searched: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::with_limit(MAX_BODY)
    }
}

impl Decoder {
    /// A decoder for bodies of at most `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), state: BETWEEN, limit, garbage: 0, pending: None, searched: 0 }
    }

    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message or defect in what was pushed so far; none if more bytes are needed.
    pub fn next_message(&mut self) -> Option<Result<Value, Defect>> {
        loop {
            if let Some(defect) = self.pending.take() {
                return Some(Err(defect));
            }
            match self.state {
                State::Skip(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
                    self.buffer.advance(here);
                    let left = left - here as u64;
                    self.state = if left == 0 { BETWEEN } else { State::Skip(left) };
                    if left > 0 {
                        return None;
                    }
                }
                State::Body(n) => {
                    if self.buffer.len() < n {
                        return None;
                    }
                    let body = self.buffer.split_to(n);
                    self.state = BETWEEN;
                    let mended = mend_lone_surrogates(&body);
                    let message = serde_json::from_slice(mended.as_deref().unwrap_or(&body));
                    return Some(message.map_err(|it| Defect::NotJson(it.to_string())));
                }
                State::Headers { length, is_begun } => {
                    let Some(line) = self.take_line() else { return self.drop_endless_line() };
                    self.read_line(&line, length, is_begun);
                }
            }
        }
    }

    /// What is wrong with the end of the input being here.
    #[must_use]
    pub fn finish(mut self) -> Option<Defect> {
        if let Some(defect) = self.pending.take() {
            return Some(defect);
        }
        match self.state {
            State::Body(_) => Some(Defect::Cut(self.buffer.len())),
            State::Skip(_) | State::Headers { is_begun: true, .. } => Some(Defect::Cut(self.buffer.len())),
            State::Headers { is_begun: false, .. } => {
                let rest = self.garbage + self.buffer.trim_ascii().len();
                (rest > 0).then_some(Defect::Garbage(rest))
            }
        }
    }

    /// The next line without its end.
    fn take_line(&mut self) -> Option<BytesMut> {
        let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.buffer.len();
            return None;
        };
        let mut line = self.buffer.split_to(self.searched + at);
        self.buffer.advance(1);
        self.searched = 0;
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        Some(line)
    }

    /// Forgets most of a line that does not end, so that garbage without line feeds takes no memory.
    fn drop_endless_line(&mut self) -> Option<Result<Value, Defect>> {
        if self.buffer.len() > MAX_LINE {
            // The start of a header may stand at the end of what is here; one that stands at the very start has had
            // its chance.
            let keep = find_length(&self.buffer).filter(|at| *at > 0 && self.buffer.len() - at < MAX_LINE);
            let n = keep.unwrap_or(self.buffer.len() - LENGTH.len());
            self.buffer.advance(n);
            self.searched = 0;
            self.garbage += n;
            self.state = BETWEEN;
        }
        None
    }

    fn read_line(&mut self, line: &[u8], length: Option<u64>, is_begun: bool) {
        if line.is_empty() {
            if is_begun {
                self.end_headers(length);
            }
            return;
        }
        if let Some(at) = find_length(line) {
            self.garbage += at;
            self.tell_garbage();
            let text = line[at + LENGTH.len()..].trim_ascii();
            let number = std::str::from_utf8(text).ok().filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
            // A number that overflows is still a number: one that is too large.
            match number.filter(|it| !it.is_empty()).map(|it| it.parse().unwrap_or(u64::MAX)) {
                Some(n) => self.state = State::Headers { length: Some(n), is_begun: true },
                None => {
                    let text = text.iter().take(40).copied().collect::<Vec<u8>>();
                    self.put(Defect::BadLength(String::from_utf8_lossy(&text).into_owned()));
                    self.state = BETWEEN;
                }
            }
        } else if speaks_http(line) {
            self.put(Defect::Http);
        } else if is_header(line) {
            self.state = State::Headers { length, is_begun: true };
        } else {
            self.garbage += line.len() + 1;
            self.state = BETWEEN;
        }
    }

    fn end_headers(&mut self, length: Option<u64>) {
        self.state = BETWEEN;
        match length {
            None => {
                self.tell_garbage();
                self.put(Defect::NoLength);
            }
            Some(n) => match usize::try_from(n) {
                Ok(n) if n <= self.limit => self.state = State::Body(n),
                _ => {
                    self.put(Defect::TooLarge(n));
                    if n <= MAX_SKIP {
                        self.state = State::Skip(n);
                    }
                }
            },
        }
    }

    fn tell_garbage(&mut self) {
        let n = std::mem::take(&mut self.garbage);
        if n > 0 {
            self.put(Defect::Garbage(n));
        }
    }

    /// Two defects of one line: the graver one is told.
    fn put(&mut self, defect: Defect) {
        self.pending = Some(defect);
    }
}

/// Where the last `Content-Length:` of a line begins. The last, since garbage may stand before it on the same line.
fn find_length(line: &[u8]) -> Option<usize> {
    line.windows(LENGTH.len()).rposition(|it| it.eq_ignore_ascii_case(LENGTH))
}

/// Whether it is a name, a colon and a value.
fn is_header(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    !name.is_empty()
        && name.len() < line.len()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether it is the first line of an HTTP request.
fn speaks_http(line: &[u8]) -> bool {
    let mut words = line.rsplit(|byte| *byte == b' ');
    words.next().is_some_and(|it| it.starts_with(b"HTTP/")) && words.next().is_some()
}

/// A body with its header, ready to be written in one piece. Nothing follows the body.
#[must_use]
pub fn encode(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
