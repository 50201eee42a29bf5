//! A module as an indented text, one expression a line, for goldens and for people who look into the engine.
//!
//! Unlike [`super::show`] this is no Nix: it has the words of [`Expr`], in the order of the text.

use super::{AttrName, Attrs, BindingValue, Expr, ExprId, LambdaId, Module, Range, Symbol, Symbols, show};
use crate::source::{Pos, SourceMap};

/// The whole module, each line ended. With a source map each expression says where it is written, and its place where
/// that is not its beginning.
#[must_use]
pub fn module(module: &Module, symbols: &Symbols, source: Option<&SourceMap>) -> String {
    let mut dumper = Dumper { module, symbols, source, out: String::new(), todo: Vec::new() };
    dumper.todo.push(Line { depth: 0, label: Label::None, what: What::Expr(module.root) });
    dumper.run();
    dumper.out
}

/// A line left to write.
#[derive(Clone, Debug)]
struct Line {
    depth: u32,
    label: Label,
    what: What,
}

/// What stands before an expression: its part in the one around it.
#[derive(Clone, Copy, Debug)]
enum Label {
    None,
    Text(&'static str),
    Bound(Symbol),
    Formal(Symbol),
    Source(u32),
}

#[derive(Clone, Debug)]
enum What {
    Expr(ExprId),
    Text(String),
}

struct Dumper<'a> {
    module: &'a Module,
    symbols: &'a Symbols,
    source: Option<&'a SourceMap>,
    out: String,
    todo: Vec<Line>,
}

impl<'a> Dumper<'a> {
    fn run(&mut self) {
        while let Some(line) = self.todo.pop() {
            for _ in 0..line.depth {
                self.out.push_str("  ");
            }
            match line.label {
                Label::None => {}
                Label::Text(text) => self.words(&[text, " "]),
                Label::Bound(name) => self.words(&[&self.name(name), " = "]),
                Label::Formal(name) => self.words(&[&self.name(name), " ? "]),
                Label::Source(number) => self.words(&["from ", &number.to_string(), " "]),
            }
            match line.what {
                What::Text(text) => self.out.push_str(&text),
                What::Expr(id) => {
                    let mark = self.todo.len();
                    self.expr(id, line.depth + 1);
                    self.todo[mark..].reverse();
                }
            }
            self.out.push('\n');
        }
    }

    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.out.push_str(word);
        }
    }

    fn name(&self, name: Symbol) -> String {
        let mut out = Vec::new();
        show::identifier(self.symbols.bytes(name), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn quoted(&self, text: Symbol) -> String {
        let mut out = Vec::new();
        show::string(self.symbols.bytes(text), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn child(&mut self, depth: u32, label: &'static str, id: ExprId) {
        let label = if label.is_empty() { Label::None } else { Label::Text(label) };
        self.todo.push(Line { depth, label, what: What::Expr(id) });
    }

    fn children(&mut self, depth: u32, children: &[ExprId]) {
        for &id in children {
            self.child(depth, "", id);
        }
    }

    fn note(&mut self, depth: u32, text: String) {
        self.todo.push(Line { depth, label: Label::None, what: What::Text(text) });
    }

    /// Writes the line of an expression, and leaves its children to be written at `depth`.
    fn expr(&mut self, id: ExprId, depth: u32) {
        let module = self.module;
        let expr = module.exprs[id.0 as usize];
        let head = self.head(expr);
        self.out.push_str(&head);
        self.place(id);
        match expr {
            Expr::Int(_)
            | Expr::Float(_)
            | Expr::Str(_)
            | Expr::Path(_)
            | Expr::Var(_)
            | Expr::CurPos
            | Expr::Error => {}
            Expr::Select { base, path, default } => {
                self.child(depth, "", base);
                self.path(path, depth);
                if let Some(default) = default {
                    self.child(depth, "or", default);
                }
            }
            Expr::HasAttr { base, path } => {
                self.child(depth, "", base);
                self.path(path, depth);
            }
            Expr::Call { function, args } => {
                self.child(depth, "", function);
                self.children(depth, &module.items[args.as_range()]);
            }
            Expr::Lambda(id) => self.lambda(id, depth),
            Expr::Attrs(id) => self.bindings(&module.attrs[id.0 as usize], depth),
            Expr::Let { attrs, body } => {
                self.bindings(&module.attrs[attrs.0 as usize], depth);
                self.child(depth, "in", body);
            }
            Expr::List(items) => self.children(depth, &module.items[items.as_range()]),
            Expr::With { scope: a, body: b } | Expr::Assert { cond: a, body: b } => self.children(depth, &[a, b]),
            Expr::If { cond, then, otherwise } => {
                self.child(depth, "", cond);
                self.child(depth, "then", then);
                self.child(depth, "else", otherwise);
            }
            Expr::Not(a) => self.child(depth, "", a),
            Expr::Eq(a, b)
            | Expr::Neq(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Impl(a, b)
            | Expr::Update(a, b)
            | Expr::Concat(a, b) => self.children(depth, &[a, b]),
            Expr::ConcatStrings { parts, .. } => {
                for part in &module.parts[parts.as_range()] {
                    self.child(depth, "", part.expr);
                }
            }
        }
    }

    fn head(&self, expr: Expr) -> String {
        match expr {
            Expr::Int(value) => format!("int {value}"),
            Expr::Float(value) => format!("float {value:?}"),
            Expr::Str(text) => format!("string {}", self.quoted(text)),
            Expr::Path(path) => format!("path {}", self.symbols.text(path)),
            Expr::Var(name) => format!("variable {}", self.name(name)),
            Expr::Lambda(id) => match self.module.lambdas[id.0 as usize].name {
                Some(name) => format!("function named {}", self.name(name)),
                None => "function".to_owned(),
            },
            Expr::Attrs(id) if self.module.attrs[id.0 as usize].recursive => "set recursive".to_owned(),
            Expr::ConcatStrings { force_string: true, .. } => "interpolation".to_owned(),
            Expr::CurPos => "position".to_owned(),
            Expr::Select { .. } => "select".to_owned(),
            Expr::HasAttr { .. } => "has".to_owned(),
            Expr::Call { .. } => "call".to_owned(),
            Expr::Attrs(_) => "set".to_owned(),
            Expr::Let { .. } => "let".to_owned(),
            Expr::List(_) => "list".to_owned(),
            Expr::With { .. } => "with".to_owned(),
            Expr::If { .. } => "if".to_owned(),
            Expr::Assert { .. } => "assert".to_owned(),
            Expr::Not(_) => "not".to_owned(),
            Expr::Eq(..) => "equal".to_owned(),
            Expr::Neq(..) => "unequal".to_owned(),
            Expr::And(..) => "and".to_owned(),
            Expr::Or(..) => "or".to_owned(),
            Expr::Impl(..) => "implies".to_owned(),
            Expr::Update(..) => "update".to_owned(),
            Expr::Concat(..) => "concatenate".to_owned(),
            Expr::ConcatStrings { .. } => "add".to_owned(),
            Expr::Error => "error".to_owned(),
        }
    }

    /// Where an expression is.
    fn place(&mut self, id: ExprId) {
        let Some(source) = self.source else { return };
        let span = self.module.spans[id.0 as usize];
        let place = self.module.places[id.0 as usize];
        let words = format!("  @{}-{}", self.line_col(source, span.start), self.line_col(source, span.end));
        self.out.push_str(&words);
        if place != span.start {
            let place = if place.is_some() { self.line_col(source, place) } else { "nowhere".to_owned() };
            self.words(&[" place ", &place]);
        }
    }

    fn line_col(&self, source: &SourceMap, pos: Pos) -> String {
        match source.locate(pos) {
            Some((_, at)) => format!("{}:{}", at.line + 1, at.column + 1),
            None => "?".to_owned(),
        }
    }

    fn path(&mut self, path: Range, depth: u32) {
        let module: &'a Module = self.module;
        for name in &module.paths[path.as_range()] {
            match *name {
                AttrName::Static(name, _) => self.note(depth, format!(".{}", self.name(name))),
                AttrName::Dynamic(id, _) => self.child(depth, ".", id),
            }
        }
    }

    fn lambda(&mut self, id: LambdaId, depth: u32) {
        let module: &'a Module = self.module;
        let lambda = &module.lambdas[id.0 as usize];
        if let Some((arg, _)) = lambda.arg {
            self.note(depth, format!("argument {}", self.name(arg)));
        }
        for formal in lambda.formals.iter().flatten() {
            match formal.default {
                Some(default) => {
                    self.todo.push(Line { depth, label: Label::Formal(formal.name), what: What::Expr(default) });
                }
                None => self.note(depth, format!("formal {}", self.name(formal.name))),
            }
        }
        if lambda.ellipsis {
            self.note(depth, "...".to_owned());
        }
        self.child(depth, ":", lambda.body);
    }

    fn bindings(&mut self, attrs: &Attrs, depth: u32) {
        for (number, &id) in attrs.inherit_from.iter().enumerate() {
            self.todo.push(Line { depth, label: Label::Source(number as u32), what: What::Expr(id) });
        }
        for binding in &attrs.bindings {
            match binding.value {
                BindingValue::Plain(id) => {
                    self.todo.push(Line { depth, label: Label::Bound(binding.name), what: What::Expr(id) });
                }
                BindingValue::Inherit(id) => self.child(depth, "inherit", id),
                BindingValue::InheritFrom(source, _) => {
                    self.note(depth, format!("inherit {} from {source}", self.name(binding.name)));
                }
            }
        }
        for binding in &attrs.dynamic {
            self.child(depth, "name", binding.name);
            self.child(depth, "=", binding.value);
        }
    }
}
