//! Terms whose kind is that of a term in them: `let`, `if`, selections, calls and so on.

use super::ty::{Form, Ty};
use super::{ATTRS, Maker, Term};

impl Maker<'_> {
    /// A term of a kind, by a form of the language that any kind may have.
    pub(super) fn form(&mut self, ty: &Ty, depth: usize) -> Term {
        match self.rng.below(27) {
            0..=4 => self.let_in(ty, depth),
            5 | 6 => {
                let condition = self.term(&Ty::Bool, depth);
                let (then, otherwise) = (self.term(ty, depth), self.term(ty, depth));
                Term::open("if % then % else %", vec![condition, then, otherwise])
            }
            7 | 8 => self.with(ty, depth),
            9 => {
                let condition = if self.rng.once_in(12) { self.term(&Ty::Bool, depth) } else { self.truth(depth) };
                let body = self.term(ty, depth);
                Term::open("assert %; %", vec![condition, body])
            }
            10..=12 => self.selection(ty, depth),
            13..=15 => self.call(ty, depth),
            16 => self.recursion(ty, depth),
            17 => self.legacy_let(ty, depth),
            18 => {
                let list = self.term(&Ty::list(ty.clone()), depth);
                let item = self.term(ty, depth);
                Term::open("builtins.head (‹~ ++ ›[ ~ ])", vec![list, item])
            }
            19 => {
                let (first, second) = (self.term(&Ty::Any, depth), self.term(ty, depth));
                let name = if self.rng.once_in(2) { "seq" } else { "deepSeq" };
                Term::open(&format!("builtins.{name} ~ ~"), vec![first, second])
            }
            20 => {
                let (tried, otherwise) = (self.term(ty, depth), self.term(ty, depth));
                Term::open("let r = builtins.tryEval ~; in if r.success then r.value else ~", vec![tried, otherwise])
            }
            21 => {
                let (item, unused) = (self.term(ty, depth), self.trap());
                Term::open("(x: ~) (%)", vec![item, unused])
            }
            22 => self.functor_call(ty, depth),
            23 => self.fold(ty, depth),
            24 => self.mutual_recursion(ty, depth),
            25 => {
                let (text, term) = (self.string(depth), self.term(ty, depth));
                Term::open("builtins.addErrorContext ~ ~", vec![text, term])
            }
            _ => self.overrides(ty, depth),
        }
    }

    /// A condition that holds, most likely.
    fn truth(&mut self, depth: usize) -> Term {
        match self.rng.below(4) {
            0 => Term::leaf("true"),
            1 => Term::open("1 == 1", vec![]),
            2 => {
                let value = self.term(&Ty::Int, depth.min(2));
                Term::open("builtins.isInt ~", vec![value])
            }
            _ => {
                let (left, right) = (self.term(&Ty::Bool, depth.min(2)), Term::leaf("true"));
                Term::open("~ || ~", vec![left, right])
            }
        }
    }

    fn let_in(&mut self, ty: &Ty, depth: usize) -> Term {
        let n = 1 + self.rng.below(3);
        let mut vars: Vec<(String, Ty)> = Vec::new();
        for _ in 0..n {
            let name = self.name();
            let kind = if self.rng.once_in(3) { ty.clone() } else { Ty::random(&mut self.rng, 2) };
            if !vars.iter().any(|it| it.0 == name) {
                vars.push((name, kind));
            }
        }
        let (bindings, mut terms) = self.rec_bindings(&vars, depth);
        let body = self.within(&vars, |it| it.term(ty, depth));
        terms.push(body);
        Term::open(&format!("let {bindings}in %"), terms)
    }

    /// Bindings that see each other: those of an earlier one only, mostly, so that they end.
    pub(super) fn rec_bindings(&mut self, vars: &[(String, Ty)], depth: usize) -> (String, Vec<Term>) {
        let mut bindings = Vec::new();
        for (i, (name, ty)) in vars.iter().enumerate() {
            if self.rng.once_in(10)
                && let Some(i) = self.scope.iter().rposition(|it| it.0 == *name && it.1 == *ty)
                && !self.scope[i + 1..].iter().any(|it| it.0 == *name)
            {
                bindings.push((format!("‹inherit {name}; ›"), None));
                continue;
            }
            let is_blind = self.rng.once_in(40);
            let seen: Vec<_> = if is_blind { vars.to_vec() } else { vars[..i].to_vec() };
            // A name that is bound here, though not yet usable, hides an outer one.
            let hidden: Vec<_> = vars[i..].iter().map(|it| (it.0.clone(), Ty::Hidden)).collect();
            let scope: Vec<_> = if is_blind { seen } else { hidden.into_iter().chain(seen).collect() };
            if self.rng.once_in(12) {
                let from = Ty::Set(vec![(name.clone(), ty.clone())]);
                let term = self.within(&scope, |it| it.term(&from, depth));
                bindings.push((format!("‹inherit (%) {name}; ›"), Some(term)));
                continue;
            }
            let term = self.within(&scope, |it| it.term(ty, depth));
            bindings.push((format!("‹{name} = %; ›"), Some(term)));
        }
        self.rng.shuffle(&mut bindings);
        let text = bindings.iter().map(|it| it.0.as_str()).collect::<String>();
        (text, bindings.into_iter().filter_map(|it| it.1).collect())
    }

    fn with(&mut self, ty: &Ty, depth: usize) -> Term {
        let n = 1 + self.rng.below(3);
        let mut attrs: Vec<(String, Ty)> = Vec::new();
        for _ in 0..n {
            let name = self.name();
            let kind = if self.rng.once_in(2) { ty.clone() } else { Ty::random(&mut self.rng, 1) };
            if !attrs.iter().any(|it| it.0 == name) {
                attrs.push((name, kind));
            }
        }
        let set = self.term(&Ty::Set(attrs.clone()), depth);
        // What `with` gives is hidden by every variable of another kind of scope.
        let seen: Vec<_> = attrs.into_iter().filter(|it| !self.scope.iter().any(|var| var.0 == it.0)).collect();
        let body = self.within(&seen, |it| it.term(ty, depth));
        Term::open("with %; %", vec![set, body])
    }

    fn selection(&mut self, ty: &Ty, depth: usize) -> Term {
        let name = self.rng.pick(ATTRS).to_owned();
        let set = self.term(&Ty::Set(vec![(name.clone(), ty.clone())]), depth);
        match self.rng.below(9) {
            0 => {
                let default = self.term(ty, depth);
                Term::open(&format!("~.{name} or ~"), vec![set, default])
            }
            1 => {
                let default = self.term(ty, depth);
                Term::open(&format!("~.{name}.zz or ~"), vec![set, default])
            }
            2 => Term::open("~.${%}", vec![set, Term::leaf(format!("\"{name}\""))]),
            3 => Term::open(&format!("~.\"{name}\""), vec![set]),
            4 => {
                let key = self.term(&Ty::Text(Form::Name), depth);
                let default = self.term(ty, depth);
                Term::open("~.${%} or ~", vec![set, key, default])
            }
            5 => {
                let outer = self.name();
                Term::open(&format!("{{ {outer} = %; }}.{outer}.{name}"), vec![set])
            }
            _ => Term::open(&format!("~.{name}"), vec![set]),
        }
    }

    fn call(&mut self, ty: &Ty, depth: usize) -> Term {
        let mut kinds: Vec<Ty> = (0..1 + self.rng.below(3)).map(|_| Ty::random(&mut self.rng, 2)).collect();
        let whole = kinds.iter().rev().fold(ty.clone(), |to, from| Ty::function(from.clone(), to));
        let function = self.term(&whole, depth);
        match self.rng.below(40) {
            0 => kinds.truncate(kinds.len() - 1),
            1 => kinds.push(Ty::Int),
            _ => {}
        }
        let args: Vec<Term> = kinds.iter().map(|it| self.term(it, depth)).collect();
        let template = format!("~{}", " ~".repeat(args.len()));
        Term::open(&template, std::iter::once(function).chain(args).collect())
    }

    fn recursion(&mut self, ty: &Ty, depth: usize) -> Term {
        let most = if self.rng.once_in(20) { 300 } else { 12 };
        let n = self.rng.below(most);
        let start = self.term(ty, depth);
        let vars = [("n".to_owned(), Ty::Int), ("acc".to_owned(), ty.clone())];
        let next = self.within(&vars, |it| it.term(ty, depth));
        match self.rng.below(3) {
            0 => Term::open(
                &format!("let go = n: acc: if n <= 0 then acc else go (n - 1) ~; in go {n} ~"),
                vec![next, start],
            ),
            1 => Term::open(
                &format!("let go = n: if n <= 0 then % else let acc = go (n - 1); in ~; in go {n}"),
                vec![start, next],
            ),
            _ => Term::open(
                &format!(
                    "let fix = f: let x = f x; in x; in fix (go: n: acc: if n == 0 then acc else go (n - 1) ~) {n} ~"
                ),
                vec![next, start],
            ),
        }
    }

    fn mutual_recursion(&mut self, ty: &Ty, depth: usize) -> Term {
        let (even, odd) = (self.term(ty, depth), self.term(ty, depth));
        let n = self.rng.below(9);
        let template = format!(
            "(rec {{ even = n: if n == 0 then % else odd (n - 1); odd = n: if n == 0 then % else even (n - 1); }}).even {n}"
        );
        Term::open(&template, vec![even, odd])
    }

    fn legacy_let(&mut self, ty: &Ty, depth: usize) -> Term {
        let name = self.name();
        let vars = [(name.clone(), Ty::random(&mut self.rng, 1))];
        let bound = self.term(&vars[0].1, depth);
        let body = self.within(&vars, |it| it.term(ty, depth));
        Term::closed(&format!("let {{ ‹{name} = %; ›body = %; }}"), vec![bound, body])
    }

    fn functor_call(&mut self, ty: &Ty, depth: usize) -> Term {
        let from = Ty::random(&mut self.rng, 1);
        let function = self.term(&Ty::function(from.clone(), ty.clone()), depth);
        let arg = self.term(&from, depth);
        match self.rng.below(3) {
            0 => {
                let bound = self.term(&Ty::Any, depth);
                Term::open("{ ‹x = %; ›__functor = self: ~; } ~", vec![bound, function, arg])
            }
            1 => {
                let inner = "{ __functor = self: { __functor = self: ~; }; } ~";
                Term::open(inner, vec![function, arg])
            }
            _ => {
                let name = self.name();
                let vars = [(name.clone(), from.clone())];
                let body = self.within(&vars, |it| it.term(ty, depth));
                Term::open(&format!("{{ __functor = self: {name}: ~; }} ~"), vec![body, arg])
            }
        }
    }

    fn fold(&mut self, ty: &Ty, depth: usize) -> Term {
        let item = Ty::random(&mut self.rng, 1);
        let names = [("acc".to_owned(), ty.clone()), ("x".to_owned(), item.clone())];
        let step = self.within(&names, |it| it.term(ty, depth));
        let (start, list) = (self.term(ty, depth), self.term(&Ty::list(item), depth));
        Term::open("builtins.foldl' (acc: x: %) ~ ~", vec![step, start, list])
    }

    fn overrides(&mut self, ty: &Ty, depth: usize) -> Term {
        let (plain, other) = (self.term(ty, depth), self.term(ty, depth));
        let name = self.rng.pick(&["a", "b"]).to_owned();
        Term::open(&format!("(rec {{ a = %; b = a; ‹__overrides = {{ ‹{name} = %; ›}}; ›}}).b"), vec![plain, other])
    }
}
