//! Functions: of one argument, of a pattern, partly applied, and sets that are called.

use super::ty::Ty;
use super::{Maker, Term};

impl Maker<'_> {
    /// A function from one kind to another.
    pub(super) fn function(&mut self, from: &Ty, to: &Ty, depth: usize) -> Term {
        match (from, self.rng.below(12)) {
            (_, 0) => {
                let body = self.function_body(&[], to, depth);
                Term::open("_: %", vec![body])
            }
            (_, 1) => {
                let inner = self.term(&Ty::function(from.clone(), to.clone()), depth);
                Term::closed("{ __functor = self: ~; }", vec![inner])
            }
            (_, 2) => {
                let inner = self.term(&Ty::function(from.clone(), to.clone()), depth);
                Term::open("x: ~ x", vec![inner])
            }
            (_, 3) => self.partial(from, to, depth),
            (Ty::Set(attrs), 4..=9) => self.pattern(attrs, to, depth),
            _ => {
                let name = self.name();
                let body = self.function_body(&[(name.clone(), from.clone())], to, depth);
                Term::open(&format!("{name}: %"), vec![body])
            }
        }
    }

    fn function_body(&mut self, vars: &[(String, Ty)], to: &Ty, depth: usize) -> Term {
        self.within(vars, |it| it.term(to, depth))
    }

    /// A function that waits for its last argument.
    fn partial(&mut self, from: &Ty, to: &Ty, depth: usize) -> Term {
        let first = Ty::random(&mut self.rng, 1);
        let names = [("x".to_owned(), first.clone()), ("y".to_owned(), from.clone())];
        let body = self.function_body(&names, to, depth);
        let arg = self.term(&first, depth);
        Term::open("(x: y: %) ~", vec![body, arg])
    }

    fn pattern(&mut self, attrs: &[(String, Ty)], to: &Ty, depth: usize) -> Term {
        let mut vars: Vec<(String, Ty)> = attrs.to_vec();
        vars.retain(|it| it.0 != "or'" || !self.rng.once_in(2));
        let has_ellipsis = vars.len() < attrs.len() || self.rng.once_in(2);
        if self.rng.once_in(2) {
            let name = self.name();
            if !vars.iter().any(|it| it.0 == name) {
                vars.push((name, Ty::random(&mut self.rng, 1)));
            }
        }
        let (mut formals, mut terms) = (Vec::new(), Vec::new());
        for (i, (name, ty)) in vars.clone().iter().enumerate() {
            let is_given = attrs.iter().any(|it| it.0 == *name);
            if is_given && !self.rng.once_in(5) {
                formals.push(name.clone());
                continue;
            }
            // Defaults see all the names; those of earlier ones end.
            let seen = vars[..i].to_vec();
            let default = self.within(&seen, |it| it.term(ty, depth));
            terms.push(default);
            formals.push(format!("{name} ? %"));
        }
        if has_ellipsis {
            formals.push("...".to_owned());
        }
        let names = formals.join(", ");
        let whole = ["args", "self", "all"][self.rng.below(3)];
        let template = match self.rng.below(4) {
            0 => {
                vars.push((whole.to_owned(), Ty::Set(attrs.to_vec())));
                format!("{whole}@{{ {names} }}: %")
            }
            1 => {
                vars.push((whole.to_owned(), Ty::Set(attrs.to_vec())));
                format!("{{ {names} }}@{whole}: %")
            }
            _ => format!("{{ {names} }}: %"),
        };
        terms.push(self.function_body(&vars, to, depth));
        Term::open(&template, terms)
    }
}
