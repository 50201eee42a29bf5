//! A program as pieces of text and terms within terms: enough to print it and to make it smaller, not to understand it.
//!
//! Terms are only as deep as the generator makes them, a few dozen levels, so the functions here may call themselves.

/// A program, or part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    parts: Vec<Part>,
    is_closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Printed in parentheses unless it is closed.
    Guarded(Term),
    /// Printed as it is: what stands around it ends it.
    Bare(Term),
    /// What may be left out: an element, a binding, an operator with its operand.
    Spare(Vec<Part>),
}

impl Term {
    /// A word, a number or a string: nothing that needs parentheses anywhere.
    #[must_use]
    pub fn leaf(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())], is_closed: true }
    }

    /// A term by its template: `~` stands for a term that may need parentheses, `%` for one that never does, and what
    /// is between `‹` and `›` may be left out. Whoever uses a template in which the number of signs is not that of
    /// the terms gets a shorter program.
    #[must_use]
    pub fn open(template: &str, terms: Vec<Term>) -> Self {
        Self { parts: parts(template, terms), is_closed: false }
    }

    /// The same for what never needs parentheses itself.
    #[must_use]
    pub fn closed(template: &str, terms: Vec<Term>) -> Self {
        Self { parts: parts(template, terms), is_closed: true }
    }

    /// The same program, printed without parentheses of its own where it needs some: another program, most likely,
    /// and one that shows whether both sides read it alike.
    #[must_use]
    pub fn unguarded(self) -> Self {
        Self { is_closed: true, ..self }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        print(&self.parts, &mut out);
        out
    }

    /// How many terms it has, itself counted.
    #[must_use]
    pub fn size(&self) -> usize {
        1 + inner(&self.parts).iter().map(|it| it.size()).sum::<usize>()
    }

    /// Programs that are smaller, those that leave out most first.
    #[must_use]
    pub fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        self.each_smaller(&mut |it| all.push(it));
        let mut sized: Vec<(usize, Self)> =
            all.into_iter().map(|it| (it.text().len(), it)).filter(|it| it.0 < self.text().len()).collect();
        sized.sort_by_key(|it| it.0);
        sized.dedup();
        sized.into_iter().map(|it| it.1).collect()
    }

    fn each_smaller(&self, give: &mut dyn FnMut(Self)) {
        // A term instead of the one it is in.
        for term in inner(&self.parts) {
            give(term.clone());
        }
        if self.size() > 1 || self.text().len() > 4 {
            for text in ["1", "null", "{}", "\"\""] {
                give(Self::leaf(text));
            }
        }
        smaller_parts(&self.parts, &mut |parts| give(Self { parts, is_closed: self.is_closed }));
    }
}

fn smaller_parts(parts: &[Part], give: &mut dyn FnMut(Vec<Part>)) {
    for (i, part) in parts.iter().enumerate() {
        let mut replace = |with: Option<Part>| {
            let mut copy = parts.to_vec();
            match with {
                Some(part) => copy[i] = part,
                None => drop(copy.remove(i)),
            }
            give(copy);
        };
        match part {
            Part::Text(_) => {}
            Part::Guarded(term) => term.each_smaller(&mut |it| replace(Some(Part::Guarded(it)))),
            Part::Bare(term) => term.each_smaller(&mut |it| replace(Some(Part::Bare(it)))),
            Part::Spare(inner) => {
                replace(None);
                smaller_parts(inner, &mut |it| replace(Some(Part::Spare(it))));
            }
        }
    }
}

/// The terms directly within.
fn inner(parts: &[Part]) -> Vec<&Term> {
    let mut terms = Vec::new();
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Guarded(term) | Part::Bare(term) => terms.push(term),
            Part::Spare(parts) => terms.extend(inner(parts)),
        }
    }
    terms
}

fn print(parts: &[Part], out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Bare(term) => print(&term.parts, out),
            Part::Guarded(term) if term.is_closed => print(&term.parts, out),
            Part::Guarded(term) => {
                out.push('(');
                print(&term.parts, out);
                out.push(')');
            }
            Part::Spare(parts) => print(parts, out),
        }
    }
}

fn parts(template: &str, terms: Vec<Term>) -> Vec<Part> {
    let mut terms = terms.into_iter();
    let (mut parts, mut outer, mut text) = (Vec::new(), Vec::new(), String::new());
    for c in template.chars() {
        if !matches!(c, '~' | '%' | '‹' | '›') {
            text.push(c);
            continue;
        }
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        match c {
            '~' => parts.extend(terms.next().map(Part::Guarded)),
            '%' => parts.extend(terms.next().map(Part::Bare)),
            '‹' => outer.push(std::mem::take(&mut parts)),
            _ => {
                let spare = Part::Spare(std::mem::take(&mut parts));
                parts = outer.pop().unwrap_or_default();
                parts.push(spare);
            }
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Term {
        let sum = Term::open("~‹ + ~›", vec![Term::leaf("a"), Term::leaf("b")]);
        Term::open("~ ~", vec![Term::leaf("f"), Term::closed("[ ‹~ ›‹~ ›]", vec![sum, Term::leaf("c")])])
    }

    #[test]
    fn terms_are_printed_with_the_parentheses_they_need() {
        assert_eq!(call().text(), "f [ (a + b) c ]");
        assert_eq!(
            Term::open("let x = %; in ~", vec![call(), call()]).text(),
            "let x = f [ (a + b) c ]; in (f [ (a + b) c ])"
        );
    }

    #[test]
    fn smaller_programs_leave_something_out() {
        let texts: Vec<String> = call().smaller().iter().map(Term::text).collect();
        for text in ["f", "f [ c ]", "f [ (a + b) ]", "f [ a c ]", "f [ (a) c ]", "[ (a + b) c ]"] {
            assert!(texts.iter().any(|it| it == text), "{text}: {texts:?}");
        }
        assert!(texts.iter().all(|it| it.len() < call().text().len()));
    }
}
