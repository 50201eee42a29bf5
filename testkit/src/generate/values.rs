//! Values of each kind: literals, and the operators that make them.

use super::ty::Ty;
use super::{ATTRS, Maker, Term};

const INTS: &[&str] =
    &["0", "1", "2", "3", "7", "42", "1000000", "9223372036854775807", "(-1)", "(-9223372036854775807 - 1)"];

const FLOATS: &[&str] =
    &["0.0", "1.5", "2.0", ".5", "1.0e3", "3.14159", "1.0e-7", "1.e300", "(-0.0)", "123456789.125", "0.1"];

impl Maker<'_> {
    /// A literal, or a variable: what ends a term.
    pub(super) fn small(&mut self, ty: &Ty) -> Term {
        if self.rng.once_in(2)
            && let Some(name) = self.variable(ty)
        {
            return name;
        }
        match ty {
            Ty::Int if self.rng.once_in(5) => Term::leaf(self.rng.pick(INTS)),
            Ty::Int => Term::leaf(self.rng.below(5).to_string()),
            Ty::Float => Term::leaf(self.rng.pick(FLOATS)),
            Ty::Bool => Term::leaf(self.rng.pick(&["true", "false"])),
            Ty::Null => Term::leaf("null"),
            Ty::Path => self.path(),
            Ty::Str => Term::leaf(self.rng.pick(&["\"\"", "\"a\"", "\"b c\"", "''x''"])),
            Ty::Text(form) => self.text(*form, 0),
            Ty::List(item) => {
                if self.rng.once_in(2) {
                    return Term::leaf("[ ]");
                }
                let item = self.small(item);
                Term::closed("[ ‹~ ›]", vec![item])
            }
            Ty::Set(attrs) => {
                let terms: Vec<Term> = attrs.iter().map(|it| self.small(&it.1)).collect();
                let bindings: String = attrs.iter().map(|it| format!("‹{} = %; ›", it.0)).collect();
                Term::closed(&format!("{{ {bindings}}}"), terms)
            }
            Ty::Attrs(_) => Term::leaf("{ }"),
            Ty::Fn(_, to) => Term::open("_: %", vec![self.small(to)]),
            Ty::Any | Ty::Hidden | Ty::Var(_) => {
                Term::leaf(self.rng.pick(&["1", "null", "\"s\"", "{ }", "[ ]", "true", "__curPos"]))
            }
        }
    }

    /// A value of a kind, by a literal or an operator of that kind.
    pub(super) fn value(&mut self, ty: &Ty, depth: usize) -> Term {
        match ty {
            Ty::Int => self.int(depth),
            Ty::Float => self.float(depth),
            Ty::Bool => self.bool(depth),
            Ty::Str => self.string(depth),
            Ty::Text(form) => self.text(*form, depth),
            Ty::List(item) => self.list(item, depth),
            Ty::Set(attrs) => self.set(attrs, depth),
            Ty::Attrs(item) => self.attrs(item, depth),
            Ty::Fn(from, to) => self.function(from, to, depth),
            Ty::Path if self.rng.once_in(2) => {
                let (path, text) = (self.path(), self.term(&Ty::Str, depth));
                Term::open("~ + ~", vec![path, text])
            }
            Ty::Path => Term::closed("/a/${%}/b", vec![Term::leaf("\"x\"")]),
            Ty::Null | Ty::Any | Ty::Hidden | Ty::Var(_) => self.small(ty),
        }
    }

    fn int(&mut self, depth: usize) -> Term {
        match self.rng.below(12) {
            0 => Term::leaf(self.rng.pick(INTS)),
            1..=4 => Term::leaf(self.rng.below(20).to_string()),
            5..=9 => {
                let operator = self.rng.pick(&["+", "-", "*", "/", "+", "-"]);
                let (left, right) = (self.term(&Ty::Int, depth), self.term(&Ty::Int, depth));
                Term::open(&format!("~ {operator} ~"), vec![left, right])
            }
            10 => Term::open("-~", vec![self.term(&Ty::Int, depth)]),
            _ => Term::open("__curPos.column or 3", vec![]),
        }
    }

    fn float(&mut self, depth: usize) -> Term {
        match self.rng.below(8) {
            0..=3 => Term::leaf(self.rng.pick(FLOATS)),
            4..=6 => {
                let operator = self.rng.pick(&["+", "-", "*", "/"]);
                let (left, right) = (self.term(&Ty::Int, depth), self.term(&Ty::Float, depth));
                let terms = if self.rng.once_in(2) { vec![left, right] } else { vec![right, left] };
                Term::open(&format!("~ {operator} ~"), terms)
            }
            _ => Term::open("-~", vec![self.term(&Ty::Float, depth)]),
        }
    }

    fn bool(&mut self, depth: usize) -> Term {
        match self.rng.below(16) {
            0 | 1 => Term::leaf(self.rng.pick(&["true", "false"])),
            2 => Term::open("!~", vec![self.term(&Ty::Bool, depth)]),
            3..=5 => {
                let operator = self.rng.pick(&["&&", "||", "->"]);
                let (left, right) = (self.term(&Ty::Bool, depth), self.term(&Ty::Bool, depth));
                Term::open(&format!("~ {operator} ~"), vec![left, right])
            }
            6..=8 => {
                let operator = self.rng.pick(&["==", "!="]);
                let kind = Ty::random(&mut self.rng, 2);
                let (left, right) = (self.term(&kind, depth), self.term(&kind, depth));
                Term::open(&format!("~ {operator} ~"), vec![left, right])
            }
            9..=11 => {
                let operator = self.rng.pick(&["<", "<=", ">", ">="]);
                let kinds = [Ty::Int, Ty::Float, Ty::Str, Ty::Path, Ty::list(Ty::Int), Ty::list(Ty::list(Ty::Str))];
                let kind = kinds[self.rng.below(kinds.len())].clone();
                let (left, right) = (self.term(&kind, depth), self.term(&kind, depth));
                Term::open(&format!("~ {operator} ~"), vec![left, right])
            }
            12 => {
                let shared = Ty::random(&mut self.rng, 2);
                let name = self.name();
                let bound = self.term(&shared, depth);
                Term::open(&format!("let {name} = %; in [ {name} ‹1 ›] == [ {name} ‹1 ›]"), vec![bound])
            }
            _ => {
                let attrs = self.term(&Ty::Attrs(Box::new(Ty::Any)), depth);
                let first = self.rng.pick(ATTRS);
                match self.rng.below(4) {
                    0 => Term::open(&format!("~ ? {first}.x"), vec![attrs]),
                    1 => Term::open(&format!("~ ? \"{first}\""), vec![attrs]),
                    2 => {
                        let name = self.term(&Ty::Text(super::ty::Form::Name), depth);
                        Term::open("~ ? ${%}", vec![attrs, name])
                    }
                    _ => Term::open(&format!("~ ? {first}"), vec![attrs]),
                }
            }
        }
    }

    fn list(&mut self, item: &Ty, depth: usize) -> Term {
        match self.rng.below(14) {
            0..=7 => {
                let n = self.rng.below(5);
                let items: Vec<Term> = (0..n).map(|_| self.term(item, depth)).collect();
                Term::closed(&format!("[ {}]", "‹~ ›".repeat(n)), items)
            }
            8 | 9 => {
                let whole = Ty::list(item.clone());
                let (left, right) = (self.term(&whole, depth), self.term(&whole, depth));
                Term::open("~ ++ ~", vec![left, right])
            }
            10 => {
                let vars = [("n".to_owned(), Ty::Int)];
                let body = self.within(&vars, |it| it.term(item, depth));
                let most = if self.rng.once_in(10) { 200 } else { 6 };
                let n = self.rng.below(most);
                Term::open(&format!("builtins.genList (n: %) {n}"), vec![body])
            }
            11 => {
                let value = self.term(item, depth);
                Term::open(
                    "map (it: it.value) (builtins.genericClosure { startSet = [ { key = 0; value = %; } ]; operator = it: \
                     if it.key < 3 then [ { key = it.key + 1; value = it.value; } ] else [ ]; })",
                    vec![value],
                )
            }
            12 => {
                let whole = Ty::list(item.clone());
                let list = self.term(&whole, depth);
                Term::open("builtins.sort (a: b: false) ~", vec![list])
            }
            _ => {
                let (value, trap) = (self.term(item, depth), self.trap());
                Term::open("builtins.tail [ (%) ~ ]", vec![trap, value])
            }
        }
    }
}
