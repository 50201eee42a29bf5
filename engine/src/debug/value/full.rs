//! A whole value as Nix text on several lines, as far as it is evaluated.
//!
//! What is still to be written lies on a stack of its own, with one entry for each list and set that is open, so that
//! neither long nor deep values cost more than what is written of them.

use rustc_hash::FxHashSet;

use crate::ir::Symbol;
use crate::text::escape;
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::{Budget, clean, derivation, line};

/// Lists and sets of nothing but short things are written on one line up to this width, in bytes.
const ONE_LINE: usize = 60;
/// What a function or derivation inside a value is shown as.
const BRIEF: Budget = Budget { width: 120, depth: 1, items: 4 };
/// Deeper nesting is not indented further.
const MAX_INDENT: usize = 40;
const CUT: &str = "\n«more was left out»";

enum Task {
    Value(Value),
    Text(&'static str),
    /// The rest of a list, from an index on.
    Elements(Value, usize),
    /// The rest of a set, last attribute first.
    Attrs(Value, Vec<(Symbol, Value)>),
}

/// The whole value as Nix text: at most `max_bytes`, with a note at the end if there is more (the note alone may be longer
/// than that). What is not evaluated is `«lazy»`; what has no text in Nix, such as a function, is shown between the same
/// marks. A derivation is taken apart only if it is `v` itself.
#[must_use]
pub fn full_text(vm: &Vm, v: Value, max_bytes: usize) -> String {
    let mut writer = Writer { vm, out: Vec::new(), max_bytes, open: FxHashSet::default(), tasks: vec![Task::Value(v)] };
    while let Some(task) = writer.tasks.pop() {
        writer.task(task);
        if writer.out.len() > max_bytes {
            return writer.cut();
        }
    }
    String::from_utf8_lossy(&writer.out).into_owned()
}

struct Writer<'a> {
    vm: &'a Vm,
    out: Vec<u8>,
    max_bytes: usize,
    /// The lists and sets around what is being written.
    open: FxHashSet<Value>,
    tasks: Vec<Task>,
}

impl Writer<'_> {
    fn cut(self) -> String {
        let mut text = String::from_utf8_lossy(&self.out).into_owned();
        let mut end = self.max_bytes.saturating_sub(CUT.len()).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text + CUT
    }

    fn task(&mut self, task: Task) {
        match task {
            Task::Text(text) => self.out.extend_from_slice(text.as_bytes()),
            Task::Value(v) => self.value(v),
            Task::Elements(list, at) => match self.vm.heap.elements(list).get(at) {
                Some(&element) => {
                    self.tasks.push(Task::Elements(list, at + 1));
                    self.new_line();
                    self.element(element);
                }
                None => self.close(list, b"]"),
            },
            Task::Attrs(set, mut rest) => match rest.pop() {
                Some((name, v)) => {
                    self.tasks.push(Task::Attrs(set, rest));
                    self.new_line();
                    escape::write_attr_name(&mut self.out, self.vm.heap.symbols.bytes(name));
                    self.out.extend_from_slice(b" = ");
                    self.tasks.push(Task::Text(";"));
                    self.tasks.push(Task::Value(v));
                }
                None => self.close(set, b"}"),
            },
        }
    }

    fn new_line(&mut self) {
        self.out.push(b'\n');
        let n = 2 * self.open.len().min(MAX_INDENT);
        self.out.resize(self.out.len() + n, b' ');
    }

    fn close(&mut self, v: Value, bracket: &[u8]) {
        self.open.remove(&v);
        self.new_line();
        self.out.extend_from_slice(bracket);
    }

    /// An element of a list: what is more than one word needs parentheses there.
    fn element(&mut self, v: Value) {
        let it = self.vm.heap.peek(v);
        let is_negative = self.vm.heap.as_int(it).is_some_and(|i| i < 0)
            || self.vm.heap.as_float(it).is_some_and(f64::is_sign_negative);
        if is_negative {
            self.out.push(b'(');
            self.tasks.push(Task::Text(")"));
        }
        self.tasks.push(Task::Value(v));
    }

    fn value(&mut self, slot: Value) {
        let heap = &self.vm.heap;
        let v = heap.peek(slot);
        match v.tag() {
            Tag::List | Tag::Attrs if self.open.contains(&v) => self.text("«repeated»"),
            Tag::Attrs if !self.open.is_empty() && derivation::is_derivation(self.vm, v) => {
                let text = derivation::shown(self.vm, v, BRIEF.width);
                self.text(&text);
            }
            Tag::List | Tag::Attrs => {
                if let Some(text) = self.on_one_line(v) {
                    return self.text(&text);
                }
                self.open.insert(v);
                if v.is_list() {
                    self.out.push(b'[');
                    return self.tasks.push(Task::Elements(v, 0));
                }
                self.out.push(b'{');
                // An attribute takes at least eight bytes, so that no more than these can be written.
                let n_written = self.max_bytes.saturating_sub(self.out.len()) / 8 + 1;
                let page = heap.attrs_page(v, 0, n_written);
                self.tasks.push(Task::Attrs(v, page.into_iter().rev().map(|(name, _, v)| (name, v)).collect()));
            }
            Tag::Str | Tag::Sym => self.string(heap.bytes(v)),
            _ => {
                let text = self.simple(v);
                self.text(&text);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// What is neither list nor set nor string.
    fn simple(&self, v: Value) -> String {
        match v.tag() {
            Tag::Thunk => line::lazy(self.vm, v).into(),
            Tag::Lambda | Tag::Builtin | Tag::Partial => format!("«{}»", line::line(self.vm, v, BRIEF)),
            Tag::Path => path(self.vm.heap.bytes(v)),
            _ => line::line(self.vm, v, BRIEF),
        }
    }

    /// A list or set whose parts are few and short.
    fn on_one_line(&self, v: Value) -> Option<String> {
        let heap = &self.vm.heap;
        let part = |v: Value| -> Option<String> {
            let v = heap.peek(v);
            match v.tag() {
                Tag::List | Tag::Attrs if v.payload() == 0 => Some(if v.is_list() { "[ ]" } else { "{ }" }.into()),
                Tag::List | Tag::Attrs => None,
                Tag::Str | Tag::Sym if heap.bytes(v).len() <= ONE_LINE && !can_be_indented(heap.bytes(v)) => {
                    let mut out = Vec::new();
                    escape::write_string(&mut out, heap.bytes(v));
                    Some(String::from_utf8_lossy(&out).into_owned())
                }
                Tag::Str | Tag::Sym => None,
                _ => Some(self.simple(v)),
            }
        };
        let (open, close) = if v.is_list() { ("[", "]") } else { ("{", "}") };
        let n = if v.is_list() { heap.list_len(v) } else { heap.attrs_len(v) };
        // Each part has at least a character and a space.
        if n > ONE_LINE / 2 || (v.is_attrs() && n > 2) {
            return None;
        }
        let mut out = open.to_owned();
        if v.is_list() {
            for &element in heap.elements(v) {
                let text = part(element)?;
                out.push_str(&if text.starts_with('-') { format!(" ({text})") } else { format!(" {text}") });
                (out.len() <= ONE_LINE).then_some(())?;
            }
        } else {
            for (name, _, v) in heap.attrs_page(v, 0, n) {
                out.push_str(&format!(" {} = {};", super::name_text(self.vm, name), part(v)?));
                (out.len() <= ONE_LINE).then_some(())?;
            }
        }
        Some(format!("{out} {close}"))
    }

    /// A string: of several lines between two quotes if that gives the same string back, else in one line.
    fn string(&mut self, bytes: &[u8]) {
        let room = self.max_bytes.saturating_sub(self.out.len());
        // What is behind the cut is not looked at; one byte more than there is room for makes sure that there is a cut.
        let bytes = &bytes[..bytes.len().min(room + 1)];
        if !can_be_indented(bytes) {
            return escape::write_string(&mut self.out, bytes);
        }
        let indent = " ".repeat(2 * (self.open.len() + 1).min(MAX_INDENT + 1));
        self.out.extend_from_slice(b"''");
        let mut lines = bytes.split(|&byte| byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            self.out.push(b'\n');
            if lines.peek().is_none() && line.is_empty() {
                break;
            }
            if !line.is_empty() {
                self.out.extend_from_slice(indent.as_bytes());
            }
            for (i, &byte) in line.iter().enumerate() {
                if byte == b'$' && line.get(i + 1) == Some(&b'{') {
                    self.out.extend_from_slice(b"''");
                }
                self.out.push(byte);
            }
        }
        if bytes.ends_with(b"\n") {
            self.out.extend_from_slice(&indent.as_bytes()[2..]);
        }
        self.out.extend_from_slice(b"''");
    }
}

/// Whether a text between `''` and indented gives the same text back.
fn can_be_indented(text: &[u8]) -> bool {
    let is_blank = |line: &[u8]| line.iter().all(|&byte| byte == b' ');
    let mut lines = text.split(|&byte| byte == b'\n');
    let last = text.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    text.contains(&b'\n')
        && !is_blank(text.strip_suffix(b"\n").unwrap_or(text))
        // The indentation taken away must be the one added: some line begins at the margin.
        && lines.clone().any(|line| !line.is_empty() && line[0] != b' ')
        && lines.all(|line| line.is_empty() || !is_blank(line))
        && (last.is_empty() || !is_blank(last))
        && text.windows(2).all(|it| it != b"''" && it != b"'$")
        && !text.ends_with(b"'")
        && !text.iter().any(|&byte| byte < b' ' && byte != b'\n' && byte != b'\t')
}

/// A path as Nix reads it.
fn path(bytes: &[u8]) -> String {
    let is_plain = bytes.len() > 1
        && bytes.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte))
        && !bytes.ends_with(b"/");
    if is_plain {
        return clean::lossy(bytes);
    }
    let mut out = b"(/. + ".to_vec();
    escape::write_string(&mut out, bytes);
    out.push(b')');
    String::from_utf8_lossy(&out).into_owned()
}
