//! What a line could go on with. Nothing is evaluated for it: of what nobody needed yet, no attributes are offered.

use crate::debug::value::type_name;
use crate::emit::VarKind;
use crate::ir::Symbol;
use crate::session::DebugSession;
use crate::text::escape;
use crate::value::Value;
use crate::vm::Vm;
use crate::world::World;

use super::path::{self, is_name_char};
use super::place::texts;
use super::{Console, rules, table};

/// How many are offered at most.
const LIMIT: usize = 500;

/// Something a line could go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What would stand there, from `start` up to the cursor.
    pub text: String,
    /// The byte of the line where it begins.
    pub start: usize,
    /// What it is.
    pub kind: CompletionKind,
    /// What else there is to know of it; may be empty.
    pub detail: String,
}

/// What a [`Completion`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A command.
    Command,
    /// A word a command takes.
    Word,
    /// A variable.
    Variable,
    /// An attribute of a set.
    Attribute,
    /// A builtin.
    Builtin,
    /// A text that was read.
    File,
}

/// What is being offered.
struct Offers<'a> {
    prefix: &'a str,
    start: usize,
    all: Vec<Completion>,
}

impl Offers<'_> {
    fn offer(&mut self, text: &str, kind: CompletionKind, detail: &str) {
        let is_new = || !self.all.iter().any(|it| it.text == text);
        if self.all.len() < LIMIT && text.starts_with(self.prefix) && is_new() {
            let (text, detail) = (text.to_owned(), detail.to_owned());
            self.all.push(Completion { text, start: self.start, kind, detail });
        }
    }

    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.offer(word, CompletionKind::Word, "");
        }
    }

    fn attributes(&mut self, vm: &Vm, set: Value, kind: CompletionKind) {
        // Names are looked at as bytes first: sets may have many thousands.
        for name in vm.heap.all_names(set) {
            let bytes = vm.heap.symbols.bytes(name);
            if bytes.starts_with(self.prefix.trim_start_matches('"').as_bytes()) {
                let detail = vm.heap.attr(set, name).map_or("", |it| type_name(vm, it));
                self.offer(&attribute_text(vm, name), kind, detail);
            }
        }
    }
}

fn attribute_text(vm: &Vm, name: Symbol) -> String {
    let mut out = Vec::new();
    escape::write_attr_name(&mut out, vm.heap.symbols.bytes(name));
    String::from_utf8_lossy(&out).into_owned()
}

impl Console {
    /// What the line could go on with at the cursor, a byte of the line: commands and their words, names in scope at the
    /// selected frame, attributes of what is evaluated, texts that were read.
    pub fn complete<W: World>(&self, session: &mut DebugSession<W>, line: &str, cursor: usize) -> Vec<Completion> {
        let mut cursor = cursor.min(line.len());
        while !line.is_char_boundary(cursor) {
            cursor -= 1;
        }
        let before = &line[..cursor];
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let word = &before[start..];
        let first = before.split_whitespace().next().unwrap_or_default();
        let is_first = before.trim_start().len() == word.len();
        let mut offers = Offers { prefix: word, start, all: Vec::new() };
        if is_first {
            for entry in table::entries() {
                offers.offer(entry.name, CompletionKind::Command, entry.summary);
            }
        } else if let Some((entry, _)) = table::find(first) {
            let is_second = before.split_whitespace().count() <= 1 + usize::from(!word.is_empty());
            self.offer_words(session, &mut offers, entry.name, is_second);
            if !takes_expression(entry.name, before) {
                return offers.all;
            }
        }
        let mut all = offers.all;
        all.extend(self.complete_expression(session, before));
        all
    }

    fn offer_words<W: World>(
        &self,
        session: &DebugSession<W>,
        offers: &mut Offers<'_>,
        command: &str,
        is_second: bool,
    ) {
        match command {
            "step" | "next" | "out" if is_second => {
                offers.words(&["expression", "line", "instruction"]);
                if command == "step" {
                    offers.words(&["into"]);
                }
            }
            "back" => offers.words(&["into", "over", "out", "expression", "line", "instruction"]),
            "break" | "tbreak" | "until" | "list" if is_second => {
                for name in texts(session) {
                    offers.offer(&format!("{}:", self.short(&name)), CompletionKind::File, "");
                }
                if let (Some(builtins), Some(prefix)) =
                    (session.vm().global("builtins"), offers.prefix.strip_prefix("builtins."))
                {
                    let mut inner = Offers { prefix, start: offers.start, all: Vec::new() };
                    inner.attributes(session.vm(), session.vm().heap.peek(builtins), CompletionKind::Builtin);
                    for it in inner.all {
                        offers.offer(&format!("builtins.{}", it.text), CompletionKind::Builtin, &it.detail);
                    }
                }
            }
            "break" | "tbreak" => offers.words(&["if", "hits", "log"]),
            "catch" => {
                for (name, _) in rules::KINDS {
                    offers.words(&[name]);
                }
                offers.words(&["all", "caught", "trace", "warn", "off"]);
            }
            "skip" => offers.words(&["off", "internal"]),
            "frames" => offers.words(&["all"]),
            "watch" if is_second => offers.words(&["value"]),
            "print" if is_second => offers.words(&["--full"]),
            "help" => {
                for entry in table::entries() {
                    offers.offer(entry.name, CompletionKind::Command, entry.summary);
                }
            }
            _ => {}
        }
    }

    /// What an expression that ends at the end of a text could go on with.
    fn complete_expression<W: World>(&self, session: &mut DebugSession<W>, before: &str) -> Vec<Completion> {
        let start = start_of_path(before);
        let path_text = &before[start..];
        let Some(dot) = last_dot(path_text) else {
            let mut offers = Offers { prefix: path_text, start, all: Vec::new() };
            self.offer_names(session, &mut offers);
            return offers.all;
        };
        let mut offers = Offers { prefix: &path_text[dot + 1..], start: start + dot + 1, all: Vec::new() };
        let Some(names) = path::names(&path_text[..dot]) else { return Vec::new() };
        let Ok(found) = self.follow(session, &names) else { return Vec::new() };
        let vm = session.vm();
        let set = vm.heap.peek(found.value);
        if set.is_attrs() {
            let is_builtins = names.len() == 1 && names[0] == "builtins";
            offers.attributes(vm, set, if is_builtins { CompletionKind::Builtin } else { CompletionKind::Attribute });
        }
        offers.all
    }

    fn offer_names<W: World>(&self, session: &mut DebugSession<W>, offers: &mut Offers<'_>) {
        let scopes = self.scope_frame(session).map(|it| session.scopes(it)).unwrap_or_default();
        let vm = session.vm();
        for scope in &scopes {
            for it in &scope.variables {
                if scope.kind != VarKind::With {
                    offers.offer(&it.name, CompletionKind::Variable, type_name(vm, it.value));
                }
            }
        }
        for it in scopes.iter().filter(|it| it.kind == VarKind::With).flat_map(|it| &it.variables) {
            let set = vm.heap.peek(it.value);
            if set.is_attrs() {
                offers.attributes(vm, set, CompletionKind::Variable);
            }
        }
        let mut globals: Vec<&Symbol> = vm.globals().names.keys().collect();
        globals.sort_by_key(|it| vm.heap.symbols.bytes(**it));
        for name in globals {
            let text = vm.heap.symbols.text(*name);
            if !text.starts_with("__") || offers.prefix.starts_with('_') {
                offers.offer(&text, CompletionKind::Builtin, "");
            }
        }
    }
}

/// Whether what stands after a command is an expression at this point.
fn takes_expression(command: &str, before: &str) -> bool {
    match command {
        "print" | "show" | "type" | "force" | "preview" | "where" | "watch" | "condition" => true,
        "break" | "tbreak" => before.split_whitespace().any(|it| it == "if") || before.contains('{'),
        "log" => before.contains('{'),
        _ => false,
    }
}

/// Where the path begins that a text ends with.
fn start_of_path(text: &str) -> usize {
    let mut start = text.len();
    while let Some(c) = text[..start].chars().next_back() {
        match c {
            // The quotes of a name stand after a dot.
            '"' if text[..start - 1].ends_with('.') => start -= 1,
            '"' => match text[..start - 1].rfind('"') {
                Some(open) if text[..open].ends_with('.') => start = open,
                _ => break,
            },
            c if c == '.' || is_name_char(c) => start -= 1,
            _ => break,
        }
    }
    start
}

/// The last dot outside quotes.
fn last_dot(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut last = None;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => last = Some(at),
            _ => {}
        }
    }
    last
}
