//! Sets: literal, recursive, with nested, quoted and dynamic names, inherited, updated, listed.

use super::ty::{Form, Ty};
use super::{ATTRS, Maker, QUOTED, Term};

impl Maker<'_> {
    /// A set with these names.
    pub(super) fn set(&mut self, attrs: &[(String, Ty)], depth: usize) -> Term {
        match self.rng.below(14) {
            0 | 1 => self.update(attrs, depth),
            2 | 3 => self.rec_set(attrs, depth),
            4 => self.listed(attrs, depth),
            5 => {
                let inner = self.set(attrs, depth.saturating_sub(1));
                Term::open("builtins.mapAttrs (name: value: value) ~", vec![inner])
            }
            6 => {
                let inner = self.set(attrs, depth.saturating_sub(1));
                let (extra, value) = (self.rng.pick(&["q", "r"]), self.term(&Ty::Any, depth));
                let template = format!("builtins.removeAttrs (~ // {{ {extra} = %; }}) [ \"{extra}\" ‹\"zz\" ›]");
                Term::open(&template, vec![inner, value])
            }
            _ => self.literal_set(attrs, depth),
        }
    }

    /// A set of things of one kind.
    pub(super) fn attrs(&mut self, item: &Ty, depth: usize) -> Term {
        let mut names: Vec<(String, Ty)> = Vec::new();
        for _ in 0..self.rng.below(4) {
            let name = self.rng.pick(ATTRS).to_owned();
            if !names.iter().any(|it| it.0 == name) {
                let kind = if *item == Ty::Any { Ty::random(&mut self.rng, 1) } else { item.clone() };
                names.push((name, kind));
            }
        }
        if !self.rng.once_in(8) {
            return self.set(&names, depth);
        }
        let quoted = self.rng.pick(QUOTED);
        let (first, rest) = (self.term(item, depth), self.set(&names, depth));
        Term::open(&format!("{{ {quoted} = %; }}‹ // ~›"), vec![first, rest])
    }

    fn literal_set(&mut self, attrs: &[(String, Ty)], depth: usize) -> Term {
        let (mut bindings, mut terms) = (Vec::new(), Vec::new());
        let mut all: Vec<(String, Ty)> = attrs.to_vec();
        if self.rng.once_in(4) {
            let name = self.rng.pick(ATTRS).to_owned();
            if !all.iter().any(|it| it.0 == name) {
                all.push((name, Ty::random(&mut self.rng, 1)));
            }
        }
        self.rng.shuffle(&mut all);
        for (name, ty) in &all {
            let visible = self.scope.iter().rev().find(|it| it.0 == *name);
            if visible.is_some_and(|it| it.1 == *ty) && self.rng.once_in(3) {
                bindings.push(format!("‹inherit {name}; ›"));
                continue;
            }
            match (ty, self.rng.below(12)) {
                (Ty::Set(inner), 0..=6) if !inner.is_empty() => {
                    for (inner_name, ty) in inner {
                        terms.push(self.term(ty, depth));
                        bindings.push(format!("‹{name}.{inner_name} = %; ›"));
                    }
                }
                (_, 7) => {
                    terms.push(self.term(ty, depth));
                    bindings.push(format!("‹\"{name}\" = %; ›"));
                }
                (_, 8) => {
                    terms.push(self.term(ty, depth));
                    bindings.push(format!("‹${{\"{name}\"}} = %; ›"));
                }
                (_, 9) => {
                    terms.push(self.term(ty, depth));
                    bindings.push(format!("‹\"${{\"{name}\"}}\" = %; ›"));
                }
                (_, 10) => {
                    terms.push(self.term(&Ty::Set(vec![(name.clone(), ty.clone())]), depth));
                    bindings.push(format!("‹inherit (%) {name}; ›"));
                }
                _ => {
                    terms.push(self.term(ty, depth));
                    bindings.push(format!("‹{name} = %; ›"));
                }
            }
        }
        if self.rng.once_in(20) {
            let key = if self.rng.once_in(2) { Term::leaf("null") } else { self.term(&Ty::Text(Form::Name), depth) };
            terms.push(key);
            terms.push(self.term(&Ty::Any, depth));
            bindings.push("‹${%} = %; ›".to_owned());
        }
        Term::closed(&format!("{{ {}}}", bindings.concat()), terms)
    }

    fn rec_set(&mut self, attrs: &[(String, Ty)], depth: usize) -> Term {
        let (bindings, mut terms) = self.rec_bindings(attrs, depth);
        let mut dynamic = String::new();
        if self.rng.once_in(6) {
            let seen = attrs.to_vec();
            terms.push(self.within(&seen, |it| it.term(&Ty::Any, depth)));
            dynamic = "‹${\"dyn\" + \"amic\"} = %; ›".to_owned();
        }
        Term::open(&format!("rec {{ {bindings}{dynamic}}}"), terms)
    }

    fn update(&mut self, attrs: &[(String, Ty)], depth: usize) -> Term {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for attr in attrs {
            match self.rng.below(3) {
                0 => left.push(attr.clone()),
                1 => right.push(attr.clone()),
                _ => {
                    left.push((attr.0.clone(), Ty::random(&mut self.rng, 1)));
                    right.push(attr.clone());
                }
            }
        }
        let (left, right) = (self.term(&Ty::Set(left), depth), self.term(&Ty::Set(right), depth));
        Term::open("~ // ~", vec![left, right])
    }

    fn listed(&mut self, attrs: &[(String, Ty)], depth: usize) -> Term {
        let mut terms = Vec::new();
        let mut items = String::new();
        for (name, ty) in attrs {
            terms.push(self.term(ty, depth));
            items.push_str(&format!("‹{{ name = \"{name}\"; value = %; }} ›"));
        }
        Term::open(&format!("builtins.listToAttrs [ {items}]"), terms)
    }
}
