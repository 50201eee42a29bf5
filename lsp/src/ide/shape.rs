//! What kind of file a text is, as far as its outside tells: what it wants to be called with, what it binds, which other
//! files it names, and what it says of how it is to be evaluated.

use nixscope_engine::syntax::SyntaxKind;

use super::names::{SiteKind, Target};
use super::statics::path_of;
use super::subject::{Subject, subject_at};
use super::tree::NodeId;
use super::{Document, Files, TextRange, syntax};

/// The outside of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// What it takes apart, if it is a function of a set.
    pub formals: Option<Formals>,
    /// Whether it is a function.
    pub is_function: bool,
    /// What it takes, one after the other: a name, or nothing for what it takes apart.
    pub params: Vec<String>,
    /// Whether what it is, or gives, is written elsewhere: it may be a function after all.
    pub is_from_elsewhere: bool,
    /// The first names of what it binds, if it is a set or a function that gives one.
    pub keys: Vec<String>,
}

/// What a function takes out of the set it is called with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formals {
    /// The names, and whether each has a default.
    pub names: Vec<(String, bool)>,
    /// Whether it may be called with more.
    pub is_open: bool,
}

/// A place where a file is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The attribute path it is bound to, from the outermost set that is not inside a function.
    pub bound_to: Vec<String>,
    /// The name of the function it is given to: `import`, `callPackage`; of a selection, the last name.
    pub given_to: Option<String>,
}

/// How the comment begins that says by which expression a file is evaluated.
const ENTRY: &str = "nixscope: entry =";
/// How far from the beginning such a comment is looked for, in bytes.
const HEAD: usize = 4096;

/// What the outside of a text is.
#[must_use]
pub fn shape(doc: &Document) -> Shape {
    let tree = doc.tree();
    let mut shape = Shape::default();
    let Some(mut node) = tree.nodes(tree.root()).next() else { return shape };
    loop {
        node = syntax::strip_parens(tree, node);
        match tree.kind(node) {
            SyntaxKind::NODE_LAMBDA => {
                if !shape.is_function {
                    shape.formals = tree.node(node, SyntaxKind::NODE_PATTERN).map(|it| formals(doc, it));
                }
                shape.is_function = true;
                let param = tree.node(node, SyntaxKind::NODE_IDENT_PARAM);
                shape.params.push(param.map(|it| doc.show(tree.range(it))).unwrap_or_default());
            }
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT => {}
            SyntaxKind::NODE_ATTR_SET => {
                shape.keys = keys(doc, node);
                return shape;
            }
            kind => {
                let elsewhere = [SyntaxKind::NODE_APPLY, SyntaxKind::NODE_IDENT, SyntaxKind::NODE_SELECT];
                shape.is_from_elsewhere = elsewhere.contains(&kind);
                return shape;
            }
        }
        match syntax::body(tree, node) {
            Some(body) => node = body,
            None => return shape,
        }
    }
}

fn formals(doc: &Document, pattern: NodeId) -> Formals {
    let tree = doc.tree();
    let entry = |it: NodeId| {
        let name = tree.nodes(it).next()?;
        Some((doc.show(tree.range(name)), tree.nodes(it).nth(1).is_some()))
    };
    let entries = tree.nodes(pattern).filter(|&it| tree.kind(it) == SyntaxKind::NODE_PAT_ENTRY);
    Formals {
        names: entries.filter_map(entry).collect(),
        is_open: tree.token(pattern, SyntaxKind::TOKEN_ELLIPSIS).is_some(),
    }
}

fn keys(doc: &Document, set: NodeId) -> Vec<String> {
    let tree = doc.tree();
    let bindings = tree.nodes(set).filter(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE);
    let mut keys: Vec<String> = bindings.filter_map(|it| path(doc, it).into_iter().next()).collect();
    keys.dedup();
    keys
}

/// The names of a binding, as far as they are plain.
fn path(doc: &Document, binding: NodeId) -> Vec<String> {
    let tree = doc.tree();
    let Some(path) = tree.node(binding, SyntaxKind::NODE_ATTRPATH) else { return Vec::new() };
    let name = |it| syntax::static_name(doc.text(), tree, it).map(|it| String::from_utf8_lossy(it).into_owned());
    tree.nodes(path).map_while(name).collect()
}

/// Where a text names a file, itself or by the directory whose `default.nix` it is.
#[must_use]
pub fn mentions(doc: &Document, files: &dyn Files, file: &str) -> Vec<Mention> {
    let tree = doc.tree();
    let is_path = |&it: &NodeId| matches!(tree.kind(it), SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS);
    let means = |it: &NodeId| {
        let path = path_of(doc, *it);
        path.is_some_and(|path| path == file || super::files::imported(files, &path).is_some_and(|it| it == file))
    };
    tree.all().filter(is_path).filter(means).map(|it| mention(doc, it)).collect()
}

fn mention(doc: &Document, node: NodeId) -> Mention {
    let tree = doc.tree();
    let mut bound_to = Vec::new();
    let mut given_to = None;
    let mut child = node;
    for around in tree.ancestors(node).skip(1) {
        match tree.kind(around) {
            SyntaxKind::NODE_APPLY if given_to.is_none() => {
                if let Some((function, arg)) = syntax::call(tree, around)
                    && arg == child
                {
                    let text = doc.show(tree.range(function));
                    given_to = text.rsplit('.').next().map(str::to_owned);
                }
            }
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                let mut names = path(doc, around);
                names.append(&mut bound_to);
                bound_to = names;
            }
            SyntaxKind::NODE_LAMBDA => break,
            _ => {}
        }
        child = around;
    }
    Mention { bound_to, given_to }
}

/// The name at an offset, and where it is.
#[must_use]
pub fn name_at(doc: &Document, offset: u32) -> Option<(TextRange, String)> {
    let (subject, range) = subject_at(doc, offset)?;
    let name = match subject {
        Subject::Variable(it) | Subject::Inherited(it, _) => doc.show_name(it.name),
        Subject::InheritedFrom { name, .. } => String::from_utf8_lossy(&name).into_owned(),
        Subject::Binds(def) => doc.show_name(doc.names().def(def).name),
        Subject::Attribute { path, .. } => String::from_utf8_lossy(path.last()?).into_owned(),
        Subject::Path(_) => return None,
    };
    Some((range, name))
}

/// The name at an offset, if it means what the text's outermost function takes out of the set it is called with.
#[must_use]
pub fn root_formal_at(doc: &Document, offset: u32) -> Option<String> {
    let (subject, _) = subject_at(doc, offset)?;
    let def = match subject {
        Subject::Variable(it) | Subject::Inherited(it, _) => match it.target {
            Target::Def(def) => def,
            _ => return None,
        },
        Subject::Binds(def) => def,
        _ => return None,
    };
    let names = doc.names();
    let root = doc.tree().nodes(doc.tree().root()).next().map(|it| syntax::strip_parens(doc.tree(), it));
    let is_formal = names.def(def).main_site().kind == SiteKind::Formal;
    let is_outermost = root.and_then(|it| names.set_of(it)) == Some(names.def(def).set);
    (is_formal && is_outermost).then(|| doc.show_name(names.def(def).name))
}

/// Whether the name at an offset is an argument of a function.
#[must_use]
pub fn is_argument_at(doc: &Document, offset: u32) -> bool {
    let Some((Subject::Variable(it) | Subject::Inherited(it, _), _)) = subject_at(doc, offset) else { return false };
    let Target::Def(def) = it.target else { return false };
    matches!(doc.names().def(def).main_site().kind, SiteKind::Formal | SiteKind::Arg)
}

/// The name that what begins at an offset is bound to: where that is.
#[must_use]
pub fn bound_at(doc: &Document, offset: u32) -> Option<u32> {
    let tree = doc.tree();
    let token = tree.token_at(offset)?;
    let binding = tree.ancestors(token).find(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE)?;
    let value = syntax::binding_value(tree, binding)?;
    let path = tree.node(binding, SyntaxKind::NODE_ATTRPATH)?;
    let name = tree.nodes(path).last()?;
    (tree.range(syntax::strip_parens(tree, value)).start == offset).then(|| tree.range(name).start)
}

/// The file that the binding around an offset imports, if that is what it binds.
#[must_use]
pub fn imported_in(doc: &Document, files: &dyn Files, offset: u32) -> Option<String> {
    let tree = doc.tree();
    let token = tree.touched(offset)?;
    let binding = tree.ancestors(token).find(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE)?;
    let value = syntax::binding_value(tree, binding)?;
    let is_given = |&it: &NodeId| {
        let given = mention(doc, it).given_to;
        matches!(given.as_deref(), Some("import" | "callPackage" | "callPackages" | "newScope"))
    };
    let is_path = |&it: &NodeId| matches!(tree.kind(it), SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS);
    let path = tree.inside(value).filter(is_path).find(is_given)?;
    super::files::imported(files, &path_of(doc, path)?)
}

/// The expression that a comment at the beginning of a text says it is evaluated by: `# nixscope: entry = …`.
#[must_use]
pub fn entry_comment(doc: &Document) -> Option<String> {
    let head = &doc.text()[..doc.text().len().min(HEAD)];
    let text = String::from_utf8_lossy(head);
    let lines = text.lines().map(str::trim).take_while(|it| it.is_empty() || it.starts_with('#'));
    let said = lines.filter_map(|it| it.trim_start_matches('#').trim().strip_prefix(ENTRY)).next()?;
    Some(said.trim().to_owned()).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture;
    use super::*;

    fn of(text: &str) -> String {
        let shape = shape(&fixture(&format!("{text}$0")).doc);
        let formals = shape.formals.map(|it| {
            let names: Vec<String> =
                it.names.iter().map(|(name, has)| format!("{name}{}", if *has { "?" } else { "" })).collect();
            format!("{}{}", names.join(","), if it.is_open { ",..." } else { "" })
        });
        format!("{} {:?} {}", shape.is_function, formals.unwrap_or_default(), shape.keys.join(","))
    }

    #[test]
    fn shapes() {
        for (text, expected) in [
            ("1", "false \"\" "),
            ("{ a.b = 1; a.c = 2; d = 3; }", "false \"\" a,d"),
            ("{ lib, x ? 1, ... }: let y = 1; in with lib; { config = y; }", "true \"lib,x?,...\" config"),
            ("self: super: { a = 1; }", "true \"\" a"),
            ("", "false \"\" "),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn who_names_a_file() {
        let it = fixture(
            "//- /d.nix\n{ a.b = f.callPackage ./c { }; d = [ ./c/default.nix ]; e = x: { g = import ./c; }; h = ./d; }$0\n//- /c/default.nix\n1",
        );
        let shown: Vec<String> = mentions(&it.doc, &it.files, "/c/default.nix")
            .iter()
            .map(|it| format!("{} {}", it.bound_to.join("."), it.given_to.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(shown, ["a.b callPackage", "d -", "g import"]);
    }

    #[test]
    fn comments() {
        let of = |text: &str| entry_comment(&fixture(&format!("{text}$0")).doc);
        assert_eq!(of("# a\n# nixscope: entry = import ./. { }\n1"), Some("import ./. { }".to_owned()));
        assert_eq!(of("1 # nixscope: entry = 2"), None);
        assert_eq!(of("# nixscope: entry =\n1"), None);
    }
}
