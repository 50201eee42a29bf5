//! What an expression such as `import ./nixpkgs { }` imports, found without evaluating it.

use nixscope_engine::ir::{Expr, ExprId, Module, Symbols};
use nixscope_engine::lower::{LowerCx, Rules, lower};
use nixscope_engine::source::{Origin, SourceMap};
use nixscope_engine::syntax::{Features, parse};
use nixscope_engine::world::CanonPath;

use super::super::world::real;

/// The file whose value an expression has, without links: that which it imports and gives nothing, or an empty set.
/// Relative paths start at `folder`, `~` is `home`, and `<…>` is looked for on `nix_path`. `None` if the expression is
/// anything else.
pub(super) fn package_set(
    text: &str,
    folder: &str,
    home: Option<&str>,
    nix_path: &[(String, String)],
) -> Option<String> {
    let mut sources = SourceMap::default();
    let file = sources.add(Origin::String, text.as_bytes().into())?;
    let parse = parse(text.as_bytes(), Features { pipe_operators: true });
    let mut symbols = Symbols::default();
    let mut cx = LowerCx { symbols: &mut symbols, base_dir: folder, home, rules: Rules::default() };
    let lowered = lower(&sources, file, &parse, &mut cx);
    if !parse.errors.is_empty() || !lowered.errors.is_empty() {
        return None;
    }
    let reader = Reader { module: &lowered.module, symbols: &symbols, nix_path };
    let path = reader.imported(lowered.module.root)?;
    let at = real(&path);
    Some(if std::fs::metadata(&at).is_ok_and(|it| it.is_dir()) { real(&format!("{at}/default.nix")) } else { at })
}

struct Reader<'a> {
    module: &'a Module,
    symbols: &'a Symbols,
    nix_path: &'a [(String, String)],
}

impl Reader<'_> {
    fn expr(&self, id: ExprId) -> Expr {
        self.module.exprs[id.0 as usize]
    }

    fn is_var(&self, id: ExprId, name: &str) -> bool {
        matches!(self.expr(id), Expr::Var(it) if self.symbols.bytes(it) == name.as_bytes())
    }

    /// The path that is imported.
    fn imported(&self, root: ExprId) -> Option<String> {
        let (mut function, mut all) = (root, Vec::new());
        // Parentheses make two calls of one.
        while let (Expr::Call { function: of, args }, true) = (self.expr(function), all.len() <= 2) {
            all.splice(0..0, self.module.items[args.as_range()].iter().copied());
            function = of;
        }
        let (&path, rest) = all.split_first().filter(|_| self.is_var(function, "import"))?;
        match rest {
            [] => {}
            [arg] if self.is_empty_set(*arg) => {}
            _ => return None,
        }
        self.path(path)
    }

    fn is_empty_set(&self, id: ExprId) -> bool {
        let Expr::Attrs(attrs) = self.expr(id) else { return false };
        let attrs = &self.module.attrs[attrs.0 as usize];
        attrs.bindings.is_empty() && attrs.dynamic.is_empty()
    }

    fn path(&self, id: ExprId) -> Option<String> {
        let path = match self.expr(id) {
            Expr::Path(path) | Expr::Str(path) => self.symbols.bytes(path).to_vec(),
            // A path and a string.
            Expr::ConcatStrings { parts, force_string: false } => {
                let [first, second] = self.module.parts[parts.as_range()] else { return None };
                let (Expr::Path(first), Expr::Str(second)) = (self.expr(first.expr), self.expr(second.expr)) else {
                    return None;
                };
                [self.symbols.bytes(first), self.symbols.bytes(second)].concat()
            }
            Expr::Call { function, args } if self.is_var(function, "__findFile") => {
                let [_, name] = self.module.items[args.as_range()] else { return None };
                let Expr::Str(name) = self.expr(name) else { return None };
                let name = self.symbols.bytes(name);
                self.nix_path.iter().find(|it| it.0.as_bytes() == name)?.1.clone().into_bytes()
            }
            _ => return None,
        };
        path.starts_with(b"/").then(|| CanonPath::new(&path).to_text().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_imported() {
        let nix_path = [("nixpkgs".to_owned(), "/src/nixpkgs".to_owned())];
        for (text, expected) in [
            ("import ./. { }", "/w"),
            ("import ./.", "/w"),
            ("(import ../b) { }", "/b"),
            ("import /w/default.nix {}", "/w/default.nix"),
            ("import (/. + \"/w\") { }", "/w"),
            ("import \"/w\" { }", "/w"),
            ("import ~/w { }", "/home/me/w"),
            ("import <nixpkgs> { }", "/src/nixpkgs"),
            ("import <other> { }", ""),
            ("import ./. { a = 1; }", ""),
            ("import ./. { } { }", ""),
            ("(import ./. { }).a", ""),
            ("f ./. { }", ""),
            ("./.", ""),
            ("import (./. + f) { }", ""),
            ("import ./. {", ""),
            ("", ""),
        ] {
            let found = package_set(text, "/w", Some("/home/me"), &nix_path);
            assert_eq!(found.unwrap_or_default(), expected, "{text}");
        }
    }
}
