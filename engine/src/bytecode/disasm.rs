//! Instructions as text, for goldens, the command line and the debugger. Reads a program and never changes it.
//!
//! ```text
//! body 1: function double of 1
//!    0  local 0 (x) forced                   1:18  x
//!    1  integer 2                            1:22  2
//!    2  multiply                             1:20  x * 2
//!    3  return
//!       0..3 calling mul 1:18
//! ```

use std::fmt::Write as _;

use super::{Arith, Body, BodyKind, Const, Op, Program, Slot, Why};
use crate::ir::{ExprId, Module, Symbol, Symbols, show};
use crate::source::{Pos, SourceMap};

/// How wide the column of instructions is, and how much of a text is quoted.
const WIDTH: usize = 40;
const QUOTED: usize = 40;

/// What the instructions of one unit are told with.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    /// All instructions.
    pub program: &'a Program,
    /// Names.
    pub symbols: &'a Symbols,
    /// Texts, for places.
    pub sources: &'a SourceMap,
    /// The names of builtins.
    pub builtins: &'a [&'static str],
    /// The expressions the unit was made from; without them no source is quoted.
    pub module: Option<&'a Module>,
    /// The variable that code of a body finds so many environments outside in a slot, if it has a name.
    pub variable: &'a dyn Fn(u32, u16, Slot) -> Option<Symbol>,
}

impl std::fmt::Debug for Listing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listing")
    }
}

impl Listing<'_> {
    /// A body: a line that says what it is, one for each instruction, one for each region.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn body(&self, id: u32) -> String {
        let body = &self.program.bodies[id as usize];
        let mut out = self.headline(body);
        if body.entry == Body::NOT_EMITTED {
            out.push_str("   nobody ran it yet\n");
            return out;
        }
        let mut before = None;
        for pc in body.entry..body.end {
            let words = self.instruction(id, pc);
            let place = self.place(self.program.places[pc as usize]);
            let expr = self.program.exprs[pc as usize];
            let quote = if before == Some(expr) { String::new() } else { self.quote(ExprId(expr)) };
            before = Some(expr);
            let mark = if self.program.is_point(pc) { '▸' } else { ' ' };
            let line = format!("{:4} {mark}{words:WIDTH$} {place:>6}  {quote}", pc - body.entry);
            out.push_str(line.trim_end());
            out.push('\n');
        }
        for region in self.program.regions_of(id) {
            let why = match region.why {
                Why::Text(text) | Why::Coercion(text) => text.to_owned(),
                Why::Builtin(builtin) => format!("calling {}", self.builtin(builtin)),
                Why::BuiltinArg(builtin, arg) => format!("argument {} of {}", arg + 1, self.builtin(builtin)),
            };
            let (start, end) = (region.start - body.entry, region.end - body.entry);
            let _ = writeln!(out, "      {start}..{end} {why} {}", self.place(region.pos));
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }

    /// What a body is, on a line.
    fn headline(&self, body: &Body) -> String {
        let mut out = format!("body {}: ", body.index);
        let _ = match body.kind() {
            BodyKind::File => write!(out, "file"),
            BodyKind::Thunk => write!(out, "thunk"),
            BodyKind::Lambda => {
                let name = body.name().map(|it| format!(" {}", self.name(it)));
                write!(out, "function{} of {}", name.unwrap_or_default(), body.arity)
            }
        };
        if let Some(table) = body.formals() {
            let table = &self.program.formals[table as usize];
            let mut names: Vec<String> = Vec::new();
            for formal in &table.formals {
                let mark = if formal.has_default { "?" } else { "" };
                names.push(format!("{}{mark}", self.name(formal.name)));
            }
            if table.ellipsis {
                names.push("...".to_owned());
            }
            let _ = write!(out, ", the last {{ {} }}", names.join(", "));
        }
        out.push('\n');
        out
    }

    /// One instruction of a body in words, its operands resolved. Jump targets count from the body's beginning.
    ///
    /// # Panics
    /// If there is no such body or instruction.
    #[must_use]
    pub fn instruction(&self, body: u32, pc: u32) -> String {
        let entry = self.program.bodies[body as usize].entry;
        let local = |slot: u32| self.local(body, slot);
        let env = |depth: u16, slot: u32| self.env(body, depth, slot);
        let to = |target: u32| target - entry;
        match self.program.op(pc) {
            Op::Const(index) => format!("constant {}", self.constant(index)),
            Op::ConstCopy(index) => format!("copy of {}", self.constant(index)),
            Op::MarkLiteral => "mark literal".to_owned(),
            Op::Int(i) => format!("integer {i}"),
            Op::Local(slot) => format!("local {}", local(slot)),
            Op::LocalForced(slot) => format!("local {} forced", local(slot)),
            Op::Env { depth, slot } => format!("outer {}", env(depth, slot)),
            Op::EnvForced { depth, slot } => format!("outer {} forced", env(depth, slot)),
            Op::SetLocal(slot) => format!("set local {}", local(slot)),
            Op::SetEnv(slot) => format!("set outer {}", env(0, slot)),
            Op::Pop => "pop".to_owned(),
            Op::Swap => "swap".to_owned(),
            Op::Nip(n) => format!("nip {n}"),
            Op::Force => "force".to_owned(),
            Op::Thunk(code) => format!("thunk of body {}", self.index(code)),
            Op::Lambda(code) => format!("function of body {}", self.index(code)),
            Op::Eager { arith, body: code } => {
                let what = match arith {
                    Arith::Add => "add",
                    Arith::Sub => "subtract",
                    Arith::Mul => "multiply",
                };
                format!("{what} now or thunk of body {}", self.index(code))
            }
            Op::List(n) => format!("list of {n}"),
            Op::Attrs(keys) => format!("set {}", self.keys(keys)),
            Op::Insert => "insert".to_owned(),
            Op::Overrides(table) => format!("overrides of {} names", self.program.overrides[table as usize].len()),
            Op::Jump(target) => format!("jump to {}", to(target)),
            Op::JumpFalse(target) => format!("if false jump to {}", to(target)),
            Op::JumpTrue(target) => format!("if true jump to {}", to(target)),
            Op::CheckBool => "check Boolean".to_owned(),
            Op::CheckAttrs => "check set".to_owned(),
            Op::Not => "not".to_owned(),
            Op::Equal => "equal".to_owned(),
            Op::NotEqual => "not equal".to_owned(),
            Op::Select { name, .. } => format!("select {}", self.name(Symbol(name))),
            Op::TrySelect { name, .. } => format!("try select {}", self.name(Symbol(name))),
            Op::SelectKeep { name, .. } => format!("select {}, keep the set", self.name(Symbol(name))),
            Op::CheckName => "check name".to_owned(),
            Op::SelectDynamic => "select computed".to_owned(),
            Op::TrySelectDynamic => "try select computed".to_owned(),
            Op::HasAttr { name, .. } => format!("has {}", self.name(Symbol(name))),
            Op::HasAttrDynamic => "has computed".to_owned(),
            Op::TryWith { name, .. } => format!("try with {}", self.name(Symbol(name))),
            Op::Undefined(name) => format!("undefined {}", self.name(Symbol(name))),
            Op::Call(n) => format!("call with {n}"),
            Op::CallBuiltin { n_args, builtin } => format!("call {} with {n_args}", self.builtin(builtin)),
            Op::CheckArg { arg, builtin } => format!("check argument {} of {}", arg + 1, self.builtin(builtin)),
            Op::Return => "return".to_owned(),
            Op::AddFirst => "ready to add to".to_owned(),
            Op::Add => "add".to_owned(),
            Op::Sub => "subtract".to_owned(),
            Op::Mul => "multiply".to_owned(),
            Op::Div => "divide".to_owned(),
            Op::Less => "less".to_owned(),
            Op::CoerceToString => "as string".to_owned(),
            Op::CoerceToPathPart => "as part of path".to_owned(),
            Op::ConcatStrings(n) => format!("join {n} strings"),
            Op::ConcatPath(n) => format!("join path of {n}"),
            Op::Concat => "concatenate".to_owned(),
            Op::Update(n) => format!("update {n} sets"),
            Op::AssertFailed => "assertion failed".to_owned(),
            Op::AssertEqual => "assert equal".to_owned(),
            Op::NewEnv(n) => format!("environment of {n}"),
            Op::CaptureArg { arg, slot } => format!("capture {} as {}", local(u32::from(arg)), env(0, slot)),
            Op::Reserve(n) => format!("reserve {n}"),
            Op::BindFormals(_) => "bind pattern".to_owned(),
            Op::IfUnsetLocal(slot) => format!("if set skip, local {}", local(slot)),
            Op::IfUnsetEnv(slot) => format!("if set skip, outer {}", env(0, slot)),
            Op::NameAndValue => "name and value".to_owned(),
            Op::AddInt(i) => format!("add integer {i} and skip, or"),
            Op::SubInt(i) => format!("subtract integer {i} and skip, or"),
            Op::LessJumpFalse(target) => format!("if not less jump to {} or skip, or", to(target)),
            Op::LessIntJumpFalse { int, target } => {
                format!("if not less than {int} jump to {} or skip, or", to(target))
            }
            Op::EqualJumpFalse(target) => format!("if not equal jump to {} or skip, or", to(target)),
            Op::EagerInt { arith, int, body: code } => {
                let what = match arith {
                    Arith::Add => "add",
                    Arith::Sub => "subtract",
                    Arith::Mul => "multiply",
                };
                format!("{what} integer {int} now or thunk of body {}", self.index(code))
            }
            Op::ThunkToEnv { slot, body: code } => {
                format!("set outer {} to thunk of body {}", env(0, u32::from(slot)), self.index(code))
            }
            Op::ThunkToLocal { slot, body: code } => {
                format!("set local {} to thunk of body {}", local(u32::from(slot)), self.index(code))
            }
            Op::CurPos => "position".to_owned(),
            Op::Break => "stop".to_owned(),
        }
    }

    fn index(&self, body: u32) -> u32 {
        self.program.bodies[body as usize].index
    }

    fn local(&self, body: u32, slot: u32) -> String {
        self.named(slot.to_string(), (self.variable)(body, 0, Slot::Local(slot)))
    }

    fn env(&self, body: u32, depth: u16, slot: u32) -> String {
        self.named(format!("{depth}.{slot}"), (self.variable)(body, depth, Slot::Env(slot)))
    }

    fn named(&self, place: String, name: Option<Symbol>) -> String {
        match name {
            Some(name) => format!("{place} ({})", self.name(name)),
            None => place,
        }
    }

    fn name(&self, name: Symbol) -> String {
        let mut out = Vec::new();
        show::identifier(self.symbols.bytes(name), &mut out);
        shortened(&String::from_utf8_lossy(&out))
    }

    fn builtin(&self, builtin: u32) -> &'static str {
        self.builtins.get(builtin as usize).copied().unwrap_or("a builtin")
    }

    fn keys(&self, keys: u32) -> String {
        let names: Vec<String> =
            self.program.keys[keys as usize].iter().take(QUOTED).map(|it| self.name(it.0)).collect();
        shortened(&format!("{{ {} }}", names.join(" ")))
    }

    fn constant(&self, index: u32) -> String {
        match &self.program.consts[index as usize] {
            Const::Null => "null".to_owned(),
            Const::Bool(it) => it.to_string(),
            Const::Int(it) => it.to_string(),
            Const::Float(it) => format!("{it:?}"),
            Const::Str(text) => {
                let mut out = Vec::new();
                show::string(self.symbols.bytes(*text), &mut out);
                shortened(&String::from_utf8_lossy(&out))
            }
            Const::Path(path) => shortened(&self.symbols.text(*path)),
            Const::Builtin(builtin) => self.builtin(*builtin).to_owned(),
            Const::Global(index) => format!("global {index}"),
            Const::List(items) => format!("list of {}", items.len()),
            Const::Attrs(keys, _) => format!("set {}", self.keys(*keys)),
        }
    }

    fn place(&self, pos: Pos) -> String {
        match self.sources.locate(pos) {
            Some((_, at)) => format!("{}:{}", at.line + 1, at.column + 1),
            None => String::new(),
        }
    }

    /// The source of an expression, on one line.
    fn quote(&self, id: ExprId) -> String {
        let Some(span) = self.module.and_then(|it| it.spans.get(id.0 as usize)) else { return String::new() };
        let Some(file) = self.sources.file_of(span.start) else { return String::new() };
        let range = file.offset(span.start) as usize..file.offset(span.end) as usize;
        // Expressions that lie inside each other are not read again and again to their ends.
        let mut text = String::new();
        for word in file.text.get(range).unwrap_or_default().split(u8::is_ascii_whitespace).filter(|it| !it.is_empty())
        {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&String::from_utf8_lossy(&word[..word.len().min(4 * QUOTED + 4)]));
            if text.len() > 4 * QUOTED {
                break;
            }
        }
        shortened(&text)
    }
}

/// The beginning of a text, and a mark if there is more.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
