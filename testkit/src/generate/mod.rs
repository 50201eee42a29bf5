//! Random programs from a seed: closed, well scoped, mostly of matching types, and mostly ending.
//!
//! Errors are wanted too, just not in most places: a program that fails in its first operand shows little. The same seed
//! and the same builtins give the same program, on every machine. Nothing here knows how Nix evaluates.

mod forms;
mod functions;
mod rng;
mod sets;
mod signature;
mod strings;
mod term;
mod ty;
mod values;

pub use rng::Rng;
pub use term::Term;

use signature::Signature;
use ty::Ty;

/// Names of variables: few, so that they shadow each other.
const VARS: &[&str] = &["a", "b", "c", "x", "y", "f", "g", "n"];

/// Names of attributes.
const ATTRS: &[&str] = &["a", "b", "c", "x", "y", "f", "foo-bar", "_", "or'"];

/// Names of attributes that are written in quotes.
const QUOTED: &[&str] = &["\"\"", "\"a b\"", "\"if\"", "\"1\"", "\"a.b\"", "\"\\n\"", "\"\\\"\"", "\"é\"", "\"__x\""];

/// Builtins that fail for most arguments of the right kind.
const RISKY: &[&str] = &[
    "abort",
    "convertHash",
    "div",
    "elemAt",
    "genericClosure",
    "getAttr",
    "head",
    "listToAttrs",
    "tail",
    "throw",
    "toPath",
];

/// How deep terms are nested.
const MAX_DEPTH: usize = 9;

/// Makes programs.
#[derive(Debug)]
pub struct Generator {
    signatures: Vec<Signature>,
}

impl Generator {
    /// A generator that uses the builtins of which `has` says that they are there.
    #[must_use]
    pub fn new(has: &dyn Fn(&str) -> bool) -> Self {
        Self { signatures: signature::all(has) }
    }

    /// The program of a seed.
    #[must_use]
    pub fn program(&self, seed: u64) -> Term {
        let mut rng = Rng::new(seed);
        let ty = Ty::random(&mut rng, 2);
        let budget = 4 + rng.below(12) * rng.below(12);
        let mut maker = Maker { rng, signatures: &self.signatures, scope: Vec::new(), budget };
        maker.term(&ty, MAX_DEPTH)
    }
}

/// One program in the making.
struct Maker<'a> {
    rng: Rng,
    signatures: &'a [Signature],
    /// Variables, the innermost last.
    scope: Vec<(String, Ty)>,
    /// How many terms may still be made before only small ones are.
    budget: usize,
}

impl Maker<'_> {
    /// A term of a kind, or now and then something else.
    fn term(&mut self, ty: &Ty, depth: usize) -> Term {
        let term = self.guarded_term(ty, depth);
        if self.rng.once_in(3000) { term.unguarded() } else { term }
    }

    fn guarded_term(&mut self, ty: &Ty, depth: usize) -> Term {
        if depth == 0 || self.budget == 0 {
            return self.small(ty);
        }
        self.budget -= 1;
        if self.rng.once_in(250) {
            let other = Ty::random(&mut self.rng, 1);
            return self.guarded_term(&other, depth - 1);
        }
        if self.rng.once_in(300) {
            return self.trap();
        }
        let depth = depth - 1;
        let ty = &match ty {
            Ty::Any | Ty::Var(_) => Ty::random(&mut self.rng, 2),
            other => other.clone(),
        };
        match self.rng.below(100) {
            0..=17 => self.variable(ty).unwrap_or_else(|| self.value(ty, depth)),
            18..=45 => self.form(ty, depth),
            46..=63 => self.call_of_builtin(ty, depth),
            _ => self.value(ty, depth),
        }
    }

    /// A variable of this kind, if there is one.
    fn variable(&mut self, ty: &Ty) -> Option<Term> {
        let mut names: Vec<&str> = Vec::new();
        for (i, (name, own)) in self.scope.iter().enumerate() {
            let is_shadowed = self.scope[i + 1..].iter().any(|it| it.0 == *name);
            if !is_shadowed && own.fits(ty, &mut [None, None]) {
                names.push(name);
            }
        }
        (!names.is_empty()).then(|| Term::leaf(self.rng.pick(&names)))
    }

    /// A name for a variable.
    fn name(&mut self) -> String {
        self.rng.pick(VARS).to_owned()
    }

    /// A term made with more variables in scope.
    fn within(&mut self, vars: &[(String, Ty)], make: impl FnOnce(&mut Self) -> Term) -> Term {
        let n = self.scope.len();
        self.scope.extend_from_slice(vars);
        let term = make(self);
        self.scope.truncate(n);
        term
    }

    /// What must not be evaluated, or is an error.
    fn trap(&mut self) -> Term {
        let n = self.rng.below(9);
        match n {
            0..=2 => Term::open(&format!("throw \"trap {}\"", self.rng.below(100)), vec![]),
            3 => Term::open("abort \"trap\"", vec![]),
            4 => Term::open("assert false; 1", vec![]),
            5 => Term::open("let x = x; in x", vec![]),
            6 => Term::open("{ }.missing", vec![]),
            7 => Term::open("1 + { }", vec![]),
            _ => Term::open("\"${1}\"", vec![]),
        }
    }

    fn call_of_builtin(&mut self, ty: &Ty, depth: usize) -> Term {
        for _ in 0..12 {
            if self.signatures.is_empty() {
                break;
            }
            let signature = &self.signatures[self.rng.below(self.signatures.len())];
            let mut vars = [None, None];
            if !signature.gives.fits(ty, &mut vars) {
                continue;
            }
            if RISKY.contains(&signature.name) && !self.rng.once_in(6) {
                continue;
            }
            let takes = signature.takes.clone();
            let name = signature.name;
            let is_seen_everywhere = ["map", "toString", "throw", "abort", "removeAttrs", "isNull", "baseNameOf"];
            let mut template = match self.rng.below(6) {
                0 if is_seen_everywhere.contains(&name) => name.to_owned(),
                1 if !is_seen_everywhere.contains(&name) && !matches!(name, "dirOf" | "placeholder") => {
                    format!("__{name}")
                }
                _ => format!("builtins.{name}"),
            };
            let mut args = Vec::new();
            for kind in &takes {
                let kind = kind.bound(&mut self.rng, &mut vars);
                args.push(self.term(&kind, depth));
                template.push_str(" ~");
            }
            if self.rng.once_in(150) {
                args.pop();
                template.truncate(template.len() - 2);
            }
            return Term::open(&template, args);
        }
        self.value(ty, depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_program() {
        let generator = Generator::new(&|_| true);
        for seed in 0..200 {
            assert_eq!(generator.program(seed), generator.program(seed));
        }
        let texts: Vec<String> = (0..200).map(|seed| generator.program(seed).text()).collect();
        let longest = texts.iter().map(String::len).max().unwrap_or_default();
        assert!((200..40_000).contains(&longest), "{longest}");
    }
}
