//! Strings: plain, with escapes, interpolated, indented, and of the forms that builtins read.

use super::ty::{Form, Ty};
use super::{Maker, Term};

const PLAIN: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"foo\"",
    "\"foo bar\"",
    "\"x=1, y=2\"",
    "\"a\\nb\"",
    "\"\\t\\r\\\\\\\"\"",
    "\"$\"",
    "\"$$\"",
    "\"\\${x}\"",
    "\"$${x}\"",
    "\"é☃\"",
    "''''",
    "''a''",
    "''\n  two\n    lines\n''",
    "''\n  a\n\n  b ''",
    "'' ''$ ''\\n ''' $${ ''${x}''",
    "\"a\rb\r\nc\"",
    "\"/a/b/../c\"",
    "\"/nix/store\"",
    "\"1\"",
    "\"1.2.3pre4\"",
    "\"ABC def\"",
    "\"null\"",
    "https://example.org/a?b=c",
];

const REGEXES: &[&str] = &[
    "\"\"",
    "\".*\"",
    "\"a\"",
    "\"(a)(b)?\"",
    "\"([a-z]+)[[:space:]]*\"",
    "\"[^a]\"",
    "\"(a|b)*\"",
    "\"x{2,3}\"",
    "\"^foo\"",
    "\"([0-9]+)\\\\.([0-9]+).*\"",
    "\"((f)|o)+\"",
    "\"[[:digit:]]\"",
    "\"(\"",
    "\"[\"",
    "\"a**\"",
    "\" \"",
    "\"(o)\"",
    "\"\\\\.\"",
    "\"[a-f]\"",
    "\"(.)(.)\"",
    "\"b*\"",
    "\"x{1\"",
    "\"()\"",
    "\"[]]\"",
    "\"$\"",
];

const JSON: &[&str] = &[
    "''{}''",
    "''[]''",
    "''null''",
    "''[1, 2.5, true, \"x\", null]''",
    "''{\"a\": {\"b\": [1]}}''",
    "''1e3''",
    "''-0''",
    "''-0.0''",
    "''9223372036854775807''",
    "''9223372036854775808''",
    "''\"\\u00e9\\n\"''",
    "''[1,]''",
    "''{\"a\":1,\"a\":2}''",
    "''''",
    "''[1 2]''",
    "''nul''",
    "''\"\\ud83d\\ude00\"''",
    "''  1  ''",
    "''{\"\":0}''",
    "''1.''",
    "''01''",
    "''[[[[]]]]''",
    "''1e400''",
];

const TOMLS: &[&str] = &[
    "''a = 1''",
    "''''",
    "''a = [1, 2]''",
    "''[x]\ny = \"z\"''",
    "''a.b = 1.5''",
    "''a = true\nb = 'c' ''",
    "''a = ''",
    "''[[x]]\na = 1\n[[x]]\na = 2''",
    "''a = { b = 1 }''",
    "''a = 0x10\nb = 1_000''",
    "''a = 1\na = 2''",
    "''a = inf''",
];

const VERSIONS: &[&str] = &[
    "\"1.2\"",
    "\"1.2.3\"",
    "\"1.0pre1\"",
    "\"2.3rc\"",
    "\"\"",
    "\"foo-1.2\"",
    "\"a-b-c\"",
    "\"1..2\"",
    "\"nix-0.12pre12876\"",
    "\"1.10\"",
    "\"1-x\"",
    "\"a1b2\"",
];

const ALGORITHMS: &[&str] =
    &["\"md5\"", "\"sha1\"", "\"sha256\"", "\"sha512\"", "\"sha256\"", "\"sha3\"", "\"blake3\""];

const NAMES: &[&str] = &["\"a\"", "\"b\"", "\"c\"", "\"x\"", "\"foo-bar\"", "\"y\"", "\"zz\"", "\"\"", "\"a b\""];

const STORE_NAMES: &[&str] = &["\"x\"", "\"foo.txt\"", "\"a+b-c_d?e=f\"", "\"\"", "\"a/b\"", "\".x\"", "\"a b\""];

impl Maker<'_> {
    /// A string.
    pub(super) fn string(&mut self, depth: usize) -> Term {
        match self.rng.below(14) {
            0..=4 => Term::leaf(self.rng.pick(PLAIN)),
            5 | 6 => {
                let (left, right) = (self.term(&Ty::Str, depth), self.term(&Ty::Str, depth));
                Term::open("~ + ~", vec![left, right])
            }
            7..=9 => self.interpolated(depth),
            10 => self.indented(depth),
            11 => {
                let kind = Ty::random(&mut self.rng, 2);
                let inner = self.term(&kind, depth);
                Term::open("toString ~", vec![inner])
            }
            12 => {
                let (path, text) = (self.path(), self.term(&Ty::Str, depth));
                Term::open("toString (~‹ + ~›)", vec![path, text])
            }
            _ => {
                let text = self.term(&Ty::Text(Form::Context), depth);
                Term::closed("\"‹${%}›\"", vec![text])
            }
        }
    }

    /// A string of a certain form, or now and then any.
    pub(super) fn text(&mut self, form: Form, depth: usize) -> Term {
        if self.rng.once_in(12) {
            return self.string(depth);
        }
        let texts = match form {
            Form::Regex => REGEXES,
            Form::Json => JSON,
            Form::Toml => TOMLS,
            Form::Version => VERSIONS,
            Form::Algorithm => ALGORITHMS,
            Form::Name => NAMES,
            Form::StoreName => STORE_NAMES,
            Form::Context => return self.with_context(depth),
        };
        Term::leaf(self.rng.pick(texts))
    }

    pub(super) fn path(&mut self) -> Term {
        Term::leaf(self.rng.pick(&["/a/b", "/.", "/nix/../x", "/a-b/c.d", "/foo"]))
    }

    fn with_context(&mut self, depth: usize) -> Term {
        let has = |name| self.signatures.iter().any(|it| it.name == name);
        let (has_files, has_placeholders) = (has("toFile"), has("placeholder"));
        match self.rng.below(3) {
            0 if has_files => Term::open("builtins.toFile \"f\" ~", vec![self.term(&Ty::Str, depth.min(2))]),
            1 if has_placeholders => Term::open("builtins.placeholder ~", vec![Term::leaf("\"out\"")]),
            _ => self.string(depth),
        }
    }

    fn interpolated(&mut self, depth: usize) -> Term {
        let (mut template, mut terms) = ("\"".to_owned(), Vec::new());
        for _ in 0..1 + self.rng.below(3) {
            template.push_str(self.rng.pick(&["", "a", " ", "\\n", "$", "‹-›", "''"]));
            terms.push(self.interpolation(depth));
            template.push_str("‹${%}›");
        }
        template.push_str(self.rng.pick(&["\"", "z\"", "$\""]));
        Term::closed(&template, terms)
    }

    /// What can be put into a string.
    fn interpolation(&mut self, depth: usize) -> Term {
        match self.rng.below(10) {
            0 => {
                let text = self.term(&Ty::Str, depth);
                Term::closed("{ __toString = self: ~; }", vec![text])
            }
            1 => {
                let text = self.term(&Ty::Str, depth);
                Term::closed("{ x = ~; __toString = self: self.x; }", vec![text])
            }
            2 => Term::closed("{ outPath = ~; }", vec![self.term(&Ty::Str, depth)]),
            3 => Term::open("toString ~", vec![self.term(&Ty::Int, depth)]),
            4 => Term::open("toString ~", vec![self.term(&Ty::list(Ty::Str), depth)]),
            _ => self.term(&Ty::Str, depth),
        }
    }

    fn indented(&mut self, depth: usize) -> Term {
        let (mut template, mut terms) = ("''".to_owned(), Vec::new());
        for _ in 0..1 + self.rng.below(4) {
            template.push_str(self.rng.pick(&[
                "\n  ",
                "\n    ",
                "\n",
                "\n\t",
                " ",
                "\n  a\n",
                "\n  ''\\t",
                "‹x ›",
                "$",
            ]));
            if self.rng.once_in(2) {
                terms.push(self.term(&Ty::Str, depth));
                template.push_str("‹${%}›");
            }
        }
        template.push_str(self.rng.pick(&["''", "\n''", "\n  ''"]));
        Term::closed(&template, terms)
    }
}
