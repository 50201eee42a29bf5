//! A module in the words of `nix-instantiate --parse`.
//!
//! The text is Nix again, but desugared, on one line, with bindings sorted by name. It is written with a stack of what is
//! left to write, never by recursion.

use std::collections::BTreeMap;

use super::{AttrName, Attrs, AttrsId, BindingValue, Expr, ExprId, Lambda, Module, Symbol, Symbols};

/// The whole module, without a line break at the end. Bytes that are not UTF-8 in the text are not in the result either.
#[must_use]
pub fn module(module: &Module, symbols: &Symbols) -> Vec<u8> {
    let mut shower = Shower { module, symbols, out: Vec::new(), todo: vec![Todo::Expr(module.root)] };
    shower.run();
    shower.out
}

/// One expression of a module.
#[must_use]
pub fn expr(module: &Module, symbols: &Symbols, id: ExprId) -> String {
    let mut shower = Shower { module, symbols, out: Vec::new(), todo: vec![Todo::Expr(id)] };
    shower.run();
    String::from_utf8_lossy(&shower.out).into_owned()
}

/// An attribute path as messages show it: names joined with dots, quoted where they have to be.
#[must_use]
pub fn attr_path(module: &Module, symbols: &Symbols, path: &[AttrName]) -> String {
    let mut shower = Shower { module, symbols, out: Vec::new(), todo: Vec::new() };
    shower.path(path);
    shower.todo.reverse();
    shower.run();
    String::from_utf8_lossy(&shower.out).into_owned()
}

/// A name as Nix writes it: quoted unless it could be a variable.
pub fn identifier(name: &[u8], out: &mut Vec<u8>) {
    const RESERVED: [&[u8]; 9] = [b"if", b"then", b"else", b"assert", b"with", b"let", b"in", b"rec", b"inherit"];
    let is_plain = match name {
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', rest @ ..] => {
            rest.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_'-".contains(byte))
        }
        _ => false,
    };
    if RESERVED.contains(&name) {
        out.push(b'"');
        out.extend_from_slice(name);
        out.push(b'"');
    } else if is_plain {
        out.extend_from_slice(name);
    } else {
        string(name, out);
    }
}

/// A string in quotes, with escapes.
pub fn string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for (i, &byte) in text.iter().enumerate() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'$' if text.get(i + 1) == Some(&b'{') => out.extend_from_slice(b"\\$"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// A float with six significant digits, as C's `%g` writes it.
#[must_use]
pub fn float(value: f64) -> String {
    if !value.is_finite() {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return format!("{sign}{}", if value.is_nan() { "nan" } else { "inf" });
    }
    let scientific = format!("{value:.5e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(digits), exponent.abs());
    }
    let decimals = (5 - exponent) as usize;
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// What is left to write.
#[derive(Clone, Copy, Debug)]
enum Todo {
    Expr(ExprId),
    Text(&'static str),
    Name(Symbol),
}

struct Shower<'a> {
    module: &'a Module,
    symbols: &'a Symbols,
    out: Vec<u8>,
    todo: Vec<Todo>,
}

impl<'a> Shower<'a> {
    fn run(&mut self) {
        while let Some(next) = self.todo.pop() {
            match next {
                Todo::Text(text) => self.out.extend_from_slice(text.as_bytes()),
                Todo::Name(name) => identifier(self.symbols.bytes(name), &mut self.out),
                Todo::Expr(id) => {
                    let mark = self.todo.len();
                    self.expr(self.module.exprs[id.0 as usize]);
                    self.todo[mark..].reverse();
                }
            }
        }
    }

    fn text(&mut self, text: &'static str) {
        self.todo.push(Todo::Text(text));
    }

    fn child(&mut self, id: ExprId) {
        self.todo.push(Todo::Expr(id));
    }

    fn name(&mut self, name: Symbol) {
        self.todo.push(Todo::Name(name));
    }

    /// Texts and children in turn; the texts enclose the children.
    fn around<const N: usize>(&mut self, texts: [&'static str; N], children: &[ExprId]) {
        for (i, text) in texts.into_iter().enumerate() {
            self.text(text);
            if let Some(&child) = children.get(i) {
                self.child(child);
            }
        }
    }

    fn expr(&mut self, expr: Expr) {
        let module = self.module;
        match expr {
            Expr::Int(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Expr::Float(value) => self.out.extend_from_slice(float(value).as_bytes()),
            Expr::Str(text) => string(self.symbols.bytes(text), &mut self.out),
            Expr::Path(path) => self.out.extend_from_slice(self.symbols.bytes(path)),
            Expr::Var(name) => self.name(name),
            Expr::CurPos => self.text("__curPos"),
            Expr::Select { base, path, default } => {
                self.around(["(", ")."], &[base]);
                self.path(&module.paths[path.as_range()]);
                if let Some(default) = default {
                    self.around([" or (", ")"], &[default]);
                }
            }
            Expr::HasAttr { base, path } => {
                self.around(["((", ") ? "], &[base]);
                self.path(&module.paths[path.as_range()]);
                self.text(")");
            }
            Expr::Call { function, args } => {
                self.around(["("], &[function]);
                for &arg in &module.items[args.as_range()] {
                    self.around([" "], &[arg]);
                }
                self.text(")");
            }
            Expr::Lambda(id) => self.lambda(&module.lambdas[id.0 as usize]),
            Expr::Attrs(id) => {
                self.text(if self.attrs(id).recursive { "rec { " } else { "{ " });
                self.bindings(self.attrs(id));
                self.text("}");
            }
            Expr::Let { attrs, body } => {
                self.text("(let ");
                self.bindings(self.attrs(attrs));
                self.around(["in ", ")"], &[body]);
            }
            Expr::List(items) => {
                self.text("[ ");
                for &item in &module.items[items.as_range()] {
                    self.around(["(", ") "], &[item]);
                }
                self.text("]");
            }
            Expr::With { scope, body } => self.around(["(with ", "; ", ")"], &[scope, body]),
            Expr::If { cond, then, otherwise } => {
                self.around(["(if ", " then ", " else ", ")"], &[cond, then, otherwise]);
            }
            Expr::Assert { cond, body } => self.around(["assert ", "; "], &[cond, body]),
            Expr::Not(operand) => self.around(["(! ", ")"], &[operand]),
            Expr::Eq(a, b) => self.around(["(", " == ", ")"], &[a, b]),
            Expr::Neq(a, b) => self.around(["(", " != ", ")"], &[a, b]),
            Expr::And(a, b) => self.around(["(", " && ", ")"], &[a, b]),
            Expr::Or(a, b) => self.around(["(", " || ", ")"], &[a, b]),
            Expr::Impl(a, b) => self.around(["(", " -> ", ")"], &[a, b]),
            Expr::Update(a, b) => self.around(["(", " // ", ")"], &[a, b]),
            Expr::Concat(a, b) => self.around(["(", " ++ ", ")"], &[a, b]),
            Expr::ConcatStrings { parts, .. } => {
                for (i, part) in module.parts[parts.as_range()].iter().enumerate() {
                    self.around([if i == 0 { "(" } else { " + " }], &[part.expr]);
                }
                self.text(")");
            }
            Expr::Error => self.text("«error»"),
        }
    }

    fn attrs(&self, id: AttrsId) -> &'a Attrs {
        &self.module.attrs[id.0 as usize]
    }

    fn path(&mut self, path: &[AttrName]) {
        for (i, name) in path.iter().enumerate() {
            if i > 0 {
                self.text(".");
            }
            match *name {
                AttrName::Static(name, _) => self.name(name),
                AttrName::Dynamic(expr, _) => self.around(["\"${", "}\""], &[expr]),
            }
        }
    }

    fn lambda(&mut self, lambda: &Lambda) {
        self.text("(");
        if let Some(formals) = &lambda.formals {
            self.text("{ ");
            let mut sorted: Vec<_> = formals.iter().collect();
            sorted.sort_by_key(|formal| self.symbols.bytes(formal.name));
            for (i, formal) in sorted.into_iter().enumerate() {
                if i > 0 {
                    self.text(", ");
                }
                self.name(formal.name);
                if let Some(default) = formal.default {
                    self.around([" ? "], &[default]);
                }
            }
            if lambda.ellipsis {
                self.text(if formals.is_empty() { "..." } else { ", ..." });
            }
            self.text(if lambda.arg.is_some() { " } @ " } else { " }" });
        }
        if let Some((arg, _)) = lambda.arg {
            self.name(arg);
        }
        self.around([": ", ")"], &[lambda.body]);
    }

    fn bindings(&mut self, attrs: &Attrs) {
        let mut sorted: Vec<_> = attrs.bindings.iter().collect();
        sorted.sort_by_key(|binding| self.symbols.bytes(binding.name));
        let mut inherited = Vec::new();
        let mut by_source: BTreeMap<u32, Vec<Symbol>> = BTreeMap::new();
        for binding in &sorted {
            match binding.value {
                BindingValue::Plain(_) => {}
                BindingValue::Inherit(_) => inherited.push(binding.name),
                BindingValue::InheritFrom(source, _) => by_source.entry(source).or_default().push(binding.name),
            }
        }
        if !inherited.is_empty() {
            self.text("inherit");
            self.inherited(&inherited);
        }
        for (source, names) in by_source {
            self.around(["inherit (", ")"], &[attrs.inherit_from[source as usize]]);
            self.inherited(&names);
        }
        for binding in sorted {
            if let BindingValue::Plain(value) = binding.value {
                self.name(binding.name);
                self.around([" = ", "; "], &[value]);
            }
        }
        for binding in &attrs.dynamic {
            self.around(["\"${", "}\" = ", "; "], &[binding.name, binding.value]);
        }
    }

    fn inherited(&mut self, names: &[Symbol]) {
        for &name in names {
            self.text(" ");
            self.name(name);
        }
        self.text("; ");
    }
}
