//! What the builtins take and give, one line for each.
//!
//! A signature is its kinds one after the other, the result last: `i` an integer, `f` a float, `t` a truth value, `s` a
//! string, `p` a path, `*` anything, `A` and `B` variables, `[x` a list of x, `{x` a set of x, `>xy` a function from x to
//! y, and strings of some form: `R` regular expressions, `J` JSON, `T` TOML, `V` versions, `H` hash algorithms, `N` names
//! of attributes, `S` names in the store, `C` strings with context.

use super::ty::{Form, Ty};

/// A builtin.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) takes: Vec<Ty>,
    pub(super) gives: Ty,
}

const SIGNATURES: &[(&str, &str)] = &[
    ("abort", "s A"),
    ("add", "i i i"),
    ("add", "f i f"),
    ("addErrorContext", "s A A"),
    ("all", ">At [A t"),
    ("any", ">At [A t"),
    ("attrNames", "{* [s"),
    ("attrValues", "{A [A"),
    ("baseNameOf", "s s"),
    ("baseNameOf", "p s"),
    ("bitAnd", "i i i"),
    ("bitOr", "i i i"),
    ("bitXor", "i i i"),
    ("catAttrs", "N [{A [A"),
    ("ceil", "f i"),
    ("compareVersions", "V V i"),
    ("concatLists", "[[A [A"),
    ("concatMap", ">A[B [A [B"),
    ("concatStringsSep", "s [s s"),
    ("convertHash", "{* s"),
    ("deepSeq", "* A A"),
    ("dirOf", "s s"),
    ("dirOf", "p p"),
    ("div", "i i i"),
    ("div", "f i f"),
    ("elem", "A [A t"),
    ("elemAt", "[A i A"),
    ("filter", ">At [A [A"),
    ("floor", "f i"),
    ("foldl'", ">A>BA A [B A"),
    ("fromJSON", "J *"),
    ("fromTOML", "T {*"),
    ("functionArgs", ">AB {t"),
    ("genList", ">iA i [A"),
    ("genericClosure", "{* [{*"),
    ("getAttr", "N {A A"),
    ("getContext", "C {*"),
    ("groupBy", ">As [A {[A"),
    ("hasAttr", "N {* t"),
    ("hasContext", "C t"),
    ("hashString", "H s s"),
    ("head", "[A A"),
    ("intersectAttrs", "{* {A {A"),
    ("isAttrs", "* t"),
    ("isBool", "* t"),
    ("isFloat", "* t"),
    ("isFunction", "* t"),
    ("isInt", "* t"),
    ("isList", "* t"),
    ("isNull", "* t"),
    ("isPath", "* t"),
    ("isString", "* t"),
    ("length", "[* i"),
    ("lessThan", "i i t"),
    ("lessThan", "s s t"),
    ("lessThan", "[f [i t"),
    ("listToAttrs", "[P {*"),
    ("map", ">AB [A [B"),
    ("mapAttrs", ">s>AB {A {B"),
    ("match", "R s *"),
    ("mul", "i i i"),
    ("mul", "i f f"),
    ("parseDrvName", "V {s"),
    ("partition", ">At [A {[A"),
    ("placeholder", "s s"),
    ("removeAttrs", "{A [N {A"),
    ("replaceStrings", "[s [s s s"),
    ("seq", "* A A"),
    ("sort", ">A>At [A [A"),
    ("sort", ">i>it [i [i"),
    ("split", "R s [*"),
    ("splitVersion", "V [s"),
    ("stringLength", "s i"),
    ("sub", "i i i"),
    ("sub", "i f f"),
    ("substring", "i i s s"),
    ("tail", "[A [A"),
    ("throw", "s A"),
    ("toFile", "S s s"),
    ("toJSON", "* s"),
    ("toPath", "s s"),
    ("toString", "* s"),
    ("toString", "i s"),
    ("toString", "f s"),
    ("toString", "[s s"),
    ("toXML", "* s"),
    ("trace", "s A A"),
    ("tryEval", "A {A"),
    ("typeOf", "* s"),
    ("unsafeDiscardOutputDependency", "C s"),
    ("unsafeDiscardStringContext", "C s"),
    ("unsafeGetAttrPos", "N {* *"),
    ("warn", "s A A"),
    ("zipAttrsWith", ">s>[AB [{A {B"),
];

/// The signatures of the builtins that `has` says are there.
pub(super) fn all(has: &dyn Fn(&str) -> bool) -> Vec<Signature> {
    SIGNATURES.iter().filter(|it| has(it.0)).map(|(name, text)| read(name, text)).collect()
}

fn read(name: &'static str, text: &str) -> Signature {
    let mut letters = text.chars().filter(|it| *it != ' ').peekable();
    let mut takes = Vec::new();
    while letters.peek().is_some() {
        takes.push(kind(&mut letters));
    }
    let gives = takes.pop().unwrap_or(Ty::Any);
    Signature { name, takes, gives }
}

fn kind(letters: &mut dyn Iterator<Item = char>) -> Ty {
    match letters.next() {
        Some('i') => Ty::Int,
        Some('f') => Ty::Float,
        Some('t') => Ty::Bool,
        Some('s') => Ty::Str,
        Some('p') => Ty::Path,
        Some('A') => Ty::Var(0),
        Some('B') => Ty::Var(1),
        Some('[') => Ty::list(kind(letters)),
        Some('{') => Ty::Attrs(Box::new(kind(letters))),
        Some('>') => {
            let from = kind(letters);
            Ty::function(from, kind(letters))
        }
        Some('P') => Ty::Set(vec![("name".to_owned(), Ty::Text(Form::Name)), ("value".to_owned(), Ty::Any)]),
        Some('R') => Ty::Text(Form::Regex),
        Some('J') => Ty::Text(Form::Json),
        Some('T') => Ty::Text(Form::Toml),
        Some('V') => Ty::Text(Form::Version),
        Some('H') => Ty::Text(Form::Algorithm),
        Some('N') => Ty::Text(Form::Name),
        Some('S') => Ty::Text(Form::StoreName),
        Some('C') => Ty::Text(Form::Context),
        _ => Ty::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read() {
        let map = read("map", ">AB [A [B");
        assert_eq!(map.takes, [Ty::function(Ty::Var(0), Ty::Var(1)), Ty::list(Ty::Var(0))]);
        assert_eq!(map.gives, Ty::list(Ty::Var(1)));
        assert!(all(&|_| true).iter().all(|it| !it.takes.is_empty()));
    }
}
