//! A machine that ran a document, kept for questions: what is in a value, where it was defined, what it says of itself.
//!
//! Questions force what they need, within limits: nobody else sees the machine. One is asked at a time; who finds it at
//! work for longer than a moment goes without an answer.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nixscope_engine::debug::location::name_of;
use nixscope_engine::debug::value::{Budget, full_text, show, type_name, written};
use nixscope_engine::session::live::{LiveValue, origin};
use nixscope_engine::source::Pos;
use nixscope_engine::value::{Tag, Value};
use nixscope_engine::vm::Vm;

use crate::ide::may_become;

use super::world::LiveSession;

/// How many instructions one question may take.
const FUEL: u64 = 20_000_000;
/// How long one waits for somebody else's question.
const PATIENCE: Duration = Duration::from_millis(100);
/// How many attributes are told of.
const MAX_MEMBERS: usize = 20_000;
/// How many parts of a set or list are computed to be written out.
const MAX_SPREAD: usize = 200;
/// How many bytes of a value are written out.
const MAX_FULL: usize = 1 << 20;

/// A machine that ran a document.
pub struct Kept {
    asked: Mutex<Asked>,
    /// How many bytes its heap had when the document was run.
    size: u64,
}

/// What can be asked while nobody else asks.
pub struct Asked {
    session: LiveSession,
    values: Vec<LiveValue>,
    outcome: Option<Value>,
    /// What evaluating modules gave, if that led to the document or the document does it.
    configuration: Option<Value>,
    packages: Packages,
}

/// The package set a document belongs to.
pub(super) enum Packages {
    /// An expression for it.
    Text(Option<String>),
    /// It.
    Value(Option<Value>),
}

/// An attribute of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is: "integer", "set", or "thunk" if it was not computed.
    pub type_name: &'static str,
    /// The value on one line, if it was computed.
    pub text: String,
}

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: String,
    /// The byte at which its name begins, or it itself.
    pub offset: u32,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

impl Kept {
    pub(super) fn new(
        session: LiveSession,
        values: Vec<LiveValue>,
        outcome: Option<Value>,
        configuration: Option<Value>,
        packages: Packages,
    ) -> Self {
        let size = session.vm.heap.bytes_used();
        Self { asked: Mutex::new(Asked { session, values, outcome, configuration, packages }), size }
    }

    /// The same, of which so many bytes are shared with others.
    pub(super) fn beside(self, shared: u64) -> Self {
        Self { size: self.size.saturating_sub(shared), ..self }
    }

    /// How many bytes it takes, about.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Asks, unless somebody else does for long.
    pub fn ask<T>(&self, question: impl FnOnce(&mut Asked) -> Option<T>) -> Option<T> {
        let begin = Instant::now();
        let mut inner: MutexGuard<'_, Asked> = loop {
            match self.asked.try_lock() {
                Ok(inner) => break inner,
                Err(std::sync::TryLockError::Poisoned(it)) => break PoisonError::into_inner(it),
                Err(std::sync::TryLockError::WouldBlock) if begin.elapsed() > PATIENCE => return None,
                Err(std::sync::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        question(&mut inner)
    }
}

impl Asked {
    /// What was seen at exactly this place, in bytes.
    #[must_use]
    pub fn at(&self, range: (u32, u32)) -> Option<&LiveValue> {
        let file = self.session.vm.sources.file_of(self.values.first()?.span.start)?;
        let start = file.pos(range.0);
        let first = self.values.partition_point(|it| it.span.start < start);
        self.values[first..]
            .iter()
            .take_while(|it| it.span.start == start)
            .find(|it| file.offset(it.span.end) == range.1)
    }

    /// The document's value.
    #[must_use]
    pub fn outcome(&self) -> Option<Value> {
        self.outcome
    }

    /// What evaluating modules gave, if the document is one of them.
    pub(super) fn configuration(&self) -> Option<Value> {
        self.configuration
    }

    /// The options of the modules that the document is one of.
    pub fn options(&mut self) -> Option<Value> {
        let configuration = self.configuration?;
        self.along(configuration, &["options".to_owned()])
    }

    /// The package set that the document belongs to.
    pub fn packages(&mut self) -> Option<Value> {
        if let Packages::Text(text) = &self.packages {
            let v = text.as_deref().and_then(|it| self.session.eval_within(it, "/", 10 * FUEL).ok());
            self.packages = Packages::Value(v);
        }
        match &self.packages {
            Packages::Value(v) => *v,
            Packages::Text(_) => None,
        }
    }

    /// What lies in a value along a path; computed if need be.
    pub fn along(&mut self, v: Value, path: &[String]) -> Option<Value> {
        let start = self.session.force_within(v, FUEL).ok()?;
        path.iter().try_fold(start, |v, name| self.session.attr_within(v, name, FUEL))
    }

    /// The value, computed if need be.
    pub fn force(&mut self, v: Value) -> Option<Value> {
        self.session.force_within(v, FUEL).ok()
    }

    /// The attributes of a set, by name: those that may be meant by what is typed.
    #[must_use]
    pub fn members(&self, set: Value, typed: &str) -> Vec<Member> {
        if !set.is_attrs() {
            return Vec::new();
        }
        let vm = &self.session.vm;
        let member = |(name, _, v): (_, Pos, Value)| {
            let name = String::from_utf8_lossy(vm.heap.symbols.bytes(name)).into_owned();
            if !may_become(typed, &name) {
                return None;
            }
            Some(match vm.settled(v) {
                Some(v) => {
                    let shown = show(vm, v, Budget { width: 60, depth: 1, items: 5 });
                    Member { name, type_name: shown.type_name, text: shown.text }
                }
                None => Member { name, type_name: "thunk", text: String::new() },
            })
        };
        vm.heap.attrs_page(set, 0, MAX_MEMBERS).into_iter().filter_map(member).collect()
    }

    /// Whether a set has no attributes, or is none.
    #[must_use]
    pub fn is_empty(&self, set: Value) -> bool {
        !set.is_attrs() || self.session.vm.heap.attrs_page(set, 0, 1).is_empty()
    }

    /// Where an attribute of a set was written; one that is inherited, where it comes from.
    #[must_use]
    pub fn written_as(&self, set: Value, name: &str) -> Option<Written> {
        let vm = &self.session.vm;
        let name = vm.heap.symbols.lookup(name.as_bytes())?;
        place(vm, origin(vm, set, name)?)
    }

    /// Where a value itself was written, if it knows.
    #[must_use]
    pub fn written(&self, v: Value) -> Option<Written> {
        let vm = &self.session.vm;
        place(vm, written(vm, v)?.start)
    }

    /// A value on one line, and what it is.
    #[must_use]
    pub fn shown(&self, v: Value, budget: Budget) -> (String, &'static str) {
        let shown = show(&self.session.vm, v, budget);
        (shown.text, shown.type_name)
    }

    /// A value over many lines.
    #[must_use]
    pub fn full(&self, v: Value) -> String {
        full_text(&self.session.vm, v, MAX_FULL)
    }

    /// What a value is, in a word.
    #[must_use]
    pub fn type_of(&self, v: Value) -> &'static str {
        type_name(&self.session.vm, v)
    }

    /// What a value says of itself, in Markdown: of a package its description, of an option its type.
    pub fn about(&mut self, v: Value) -> Option<String> {
        let v = self.force(v).filter(|it| it.is_attrs())?;
        if self.text_along(v, &["_type"]).as_deref() == Some("option") {
            return Some(self.about_option(v));
        }
        if self.type_of(v) != "derivation" {
            return None;
        }
        let name = self.text_along(v, &["name"]).unwrap_or_default();
        let mut text = format!("**{name}**");
        if let Some(said) = self.text_along(v, &["meta", "description"]) {
            text += &format!("\n\n{said}");
        }
        if let Some(page) = self.text_along(v, &["meta", "homepage"]) {
            text += &format!("\n\n<{page}>");
        }
        Some(text)
    }

    fn about_option(&mut self, option: Value) -> String {
        let mut lines = Vec::new();
        let said =
            self.text_along(option, &["description"]).or_else(|| self.text_along(option, &["description", "text"]));
        lines.extend(said.map(|it| it.trim().to_owned()));
        lines.extend(self.text_along(option, &["type", "description"]).map(|it| format!("*Type:* {it}")));
        for (label, name) in [("Default", "default"), ("Example", "example")] {
            let literal = self.text_along(option, &[&format!("{name}Text"), "text"]);
            let literal = literal.or_else(|| self.text_along(option, &[name, "text"]));
            let value = self.along(option, &[name.to_owned()]);
            let value = value.map(|it| self.shown(it, Budget { width: 80, depth: 2, items: 6 }).0);
            lines.extend(literal.or(value).map(|it| format!("*{label}:* `{it}`")));
        }
        lines.join("\n\n")
    }

    /// The text that lies in a value along a path.
    pub(super) fn text_along(&mut self, v: Value, path: &[&str]) -> Option<String> {
        let path: Vec<String> = path.iter().map(|it| (*it).to_owned()).collect();
        let v = self.along(v, &path)?;
        self.text_of(v)
    }

    /// The text that a string or path is.
    pub(super) fn text_of(&self, v: Value) -> Option<String> {
        let heap = &self.session.vm.heap;
        let bytes = match v.tag() {
            Tag::Path => heap.symbols.bytes(v.symbol()),
            _ if v.is_string() => heap.bytes(v),
            _ => return None,
        };
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// What a function gives.
    pub(super) fn call(&mut self, function: Value, args: &[Value]) -> Option<Value> {
        self.session.call_within(function, args, FUEL).ok()
    }

    /// The elements of a list that lies in a value along a path.
    pub(super) fn elements_along(&mut self, v: Value, path: &[&str]) -> Vec<Value> {
        let path: Vec<String> = path.iter().map(|it| (*it).to_owned()).collect();
        let Some(list) = self.along(v, &path).filter(|it| it.is_list()) else { return Vec::new() };
        let elements: Vec<Value> = self.session.vm.heap.elements(list).iter().copied().take(MAX_SPREAD).collect();
        elements.into_iter().filter_map(|it| self.force(it)).collect()
    }

    /// The integer that lies in a value along a path.
    pub(super) fn number_along(&mut self, v: Value, path: &[&str]) -> Option<u32> {
        let path: Vec<String> = path.iter().map(|it| (*it).to_owned()).collect();
        let v = self.along(v, &path).filter(|it| it.is_small_int())?;
        u32::try_from(v.as_small_int()).ok()
    }

    /// Whether a set has an attribute.
    pub(super) fn has(&self, set: Value, name: &str) -> bool {
        let heap = &self.session.vm.heap;
        set.is_attrs() && heap.symbols.lookup(name.as_bytes()).is_some_and(|it| heap.attr(set, it).is_some())
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What failed, in a line.
    pub fn eval(&mut self, text: &str, folder: &str) -> Result<Value, String> {
        self.session.eval_within(text, folder, FUEL).map_err(|it| it.data().message.clone())
    }

    /// The value of a function of two sets: of what the document gave, and of the library it was called with.
    ///
    /// # Errors
    /// What failed, in a line.
    pub fn eval_called(&mut self, text: &str, folder: &str) -> Result<Value, String> {
        let function = self.eval(text, folder)?;
        let own = self.outcome.filter(|it| it.is_attrs()).unwrap_or(Value::EMPTY_ATTRS);
        let lib = self.library().unwrap_or(Value::EMPTY_ATTRS);
        self.session.call_within(function, &[own, lib], FUEL).map_err(|it| it.data().message.clone())
    }

    /// The library that the document was called with: the set that it calls `lib`.
    fn library(&self) -> Option<Value> {
        let vm = &self.session.vm;
        let is_lib = |it: &&LiveValue| {
            let file = vm.sources.file_of(it.span.start);
            let text =
                file.map(|file| &file.text[file.offset(it.span.start) as usize..file.offset(it.span.end) as usize]);
            it.value.is_attrs() && text == Some(b"lib")
        };
        self.values.iter().find(is_lib).map(|it| it.value)
    }

    /// A value computed wholly, if that takes no longer than a question may; what it is otherwise.
    pub fn deepen(&mut self, v: Value) -> Value {
        self.session.deepen_within(v, FUEL)
    }

    /// A value with what is in it computed two levels deep, as far as a question may.
    pub fn spread(&mut self, v: Value) -> Value {
        let Some(v) = self.force(v) else { return v };
        let mut level = vec![v];
        for _ in 0..2 {
            let mut next = Vec::new();
            for v in level {
                let vm = &self.session.vm;
                let parts: Vec<Value> = match () {
                    () if v.is_list() => vm.heap.elements(v).iter().copied().take(MAX_SPREAD).collect(),
                    () if v.is_attrs() && type_name(vm, v) != "derivation" => {
                        vm.heap.layers(v).map(|it| it.2).take(MAX_SPREAD).collect()
                    }
                    () => Vec::new(),
                };
                next.extend(parts.into_iter().filter_map(|it| self.session.force_within(it, FUEL / 20).ok()));
            }
            level = next;
        }
        v
    }

    /// Whether two values are equal.
    pub fn is_equal(&mut self, a: Value, b: Value) -> bool {
        let Ok(equal) = self.eval("a: b: a == b", "/") else { return false };
        self.session.call_within(equal, &[a, b], FUEL).is_ok_and(|it| it == Value::TRUE)
    }

    /// The texts of those who waited for what was seen at a place, or for what is around it, the nearest first: the file,
    /// line from 0, and text.
    #[must_use]
    pub fn demand(&self, range: (u32, u32)) -> Vec<(String, u32, String)> {
        let vm = &self.session.vm;
        let line = |pos: &Pos| {
            let (file, at) = vm.sources.locate(*pos)?;
            let text = String::from_utf8_lossy(&file.text);
            Some((name_of(file), at.line, text.lines().nth(at.line as usize)?.trim().to_owned()))
        };
        let Some(file) = self.values.first().and_then(|it| vm.sources.file_of(it.span.start)) else {
            return Vec::new();
        };
        let (start, end) = (file.pos(range.0), file.pos(range.1));
        let around =
            self.values.iter().filter(|it| it.span.start <= start && end <= it.span.end && !it.demand.is_empty());
        let nearest = around.min_by_key(|it| it.span.end.0 - it.span.start.0);
        nearest.into_iter().flat_map(|it| &it.demand).filter_map(line).collect()
    }

    /// The instructions that the document became.
    pub fn bytecode(&mut self) -> Option<String> {
        let vm = &mut self.session.vm;
        let pos = self.values.first()?.span.start;
        let unit = vm.unit_of_file(vm.sources.id_of(pos)?)?;
        let mut text = String::new();
        for body in vm.bodies_beside(vm.unit(unit).first_body) {
            if text.len() > MAX_FULL {
                text += "…\n";
                break;
            }
            text += &vm.disassemble(body);
            text.push('\n');
        }
        Some(text)
    }
}

fn place(vm: &Vm, pos: Pos) -> Option<Written> {
    let file = vm.sources.file_of(pos)?;
    Some(Written { path: file.written_in()?.to_owned(), offset: file.offset(pos) })
}
