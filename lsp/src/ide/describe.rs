//! Definitions and values in a few words: their kind, their head, the comment above them. Shows texts, not values.

use nixscope_engine::syntax::SyntaxKind;

use super::names::{DefId, SetKind, SiteKind};
use super::statics::DefRef;
use super::tree::NodeId;
use super::{Document, TextRange, syntax};

/// The longest text of a value that is shown, in bytes.
const MAX_SHOWN: usize = 120;
/// The longest head of a function that is shown, in bytes.
const MAX_HEAD: usize = 600;
/// The longest comment that is shown, in bytes.
const MAX_COMMENT: usize = 8000;
/// How many arguments of a function are looked at.
const MAX_ARGS: usize = 32;

/// What kind of thing a definition is.
pub(super) fn kind_of(doc: &Document, def: DefId) -> &'static str {
    let names = doc.names();
    let it = names.def(def);
    match (it.main_site().kind, names.set(it.set).kind) {
        (SiteKind::Arg | SiteKind::Whole, _) => "argument",
        (SiteKind::Formal, _) => "formal argument",
        (SiteKind::Inherit | SiteKind::InheritFrom, _) => "inherited",
        (_, SetKind::Let) => "let binding",
        (_, SetKind::Rec) => "attribute of a recursive set",
        _ => "attribute",
    }
}

/// Whether a definition's value is a function that is written there.
pub(super) fn is_function(doc: &Document, def: DefId) -> bool {
    let site = doc.names().def(def).main_site();
    let value = site.value.filter(|_| site.kind == SiteKind::Value).map(|it| syntax::strip_parens(doc.tree(), it));
    value.is_some_and(|it| doc.tree().kind(it) == SyntaxKind::NODE_LAMBDA)
}

/// The definition as one would write it, the value cut short.
pub(super) fn head(doc: &Document, def: DefId) -> String {
    let it = doc.names().def(def);
    let site = it.main_site();
    let name = doc.show_name(it.name);
    match site.kind {
        SiteKind::Value => match site.value {
            Some(value) => format!("{name} = {}", value_head(doc, value)),
            None => name,
        },
        SiteKind::Path => match it.inner {
            Some(set) => {
                let set = doc.names().set(set);
                let names: Vec<String> =
                    set.defs.iter().take(6).map(|&it| doc.show_name(doc.names().def(it).name)).collect();
                let more = if set.defs.len() > names.len() { "; …" } else { "" };
                format!("{name} = {{ {}{more} }}", names.join("; "))
            }
            None => name,
        },
        SiteKind::Formal => match site.value {
            Some(default) => format!("{name} ? {}", value_head(doc, default)),
            None => name,
        },
        SiteKind::InheritFrom => match site.value {
            Some(from) => format!("inherit ({}) {name}", value_head(doc, from)),
            None => format!("inherit {name}"),
        },
        SiteKind::Inherit => format!("inherit {name}"),
        SiteKind::Arg | SiteKind::Whole => name,
    }
}

/// The beginning of an expression: a function's arguments, or as much of a value as fits.
pub(super) fn value_head(doc: &Document, value: NodeId) -> String {
    let tree = doc.tree();
    let start = tree.range(value).start;
    let mut at = value;
    while tree.kind(at) == SyntaxKind::NODE_LAMBDA {
        match syntax::body(tree, at) {
            Some(body) => at = body,
            None => break,
        }
    }
    if at != value {
        let end = tree.range(at).start.min(start + 4 * MAX_HEAD as u32);
        let args = doc.show(TextRange::new(start, end));
        return format!("{} …", cut(args.trim_end(), MAX_HEAD));
    }
    let range = tree.range(value);
    let text = doc.slice(TextRange::new(start, range.end.min(start + 4 * MAX_SHOWN as u32)));
    let Some(end) = memchr::memchr(b'\n', text) else {
        return cut(&String::from_utf8_lossy(text), MAX_SHOWN);
    };
    let first = String::from_utf8_lossy(&text[..end]);
    let closer = match tree.kind(value) {
        SyntaxKind::NODE_ATTR_SET => " }",
        SyntaxKind::NODE_LIST => " ]",
        SyntaxKind::NODE_PAREN => ")",
        _ => "",
    };
    format!("{} …{closer}", cut(first.trim_end(), MAX_SHOWN))
}

fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The comment that belongs to a definition, without its signs: directly above its binding, or behind it on its line if
/// it is a formal argument.
pub(super) fn comment(doc: &Document, def: DefId) -> Option<String> {
    let it = doc.names().def(def);
    let site = it.main_site();
    if matches!(site.kind, SiteKind::Arg | SiteKind::Whole) {
        return None;
    }
    comment_above(doc, doc.tree().range(site.binding).start)
        .or_else(|| site.value.filter(|_| site.kind == SiteKind::Value).and_then(|it| comment_in(doc, it)))
}

/// A comment between `=` and the value, as some write them.
fn comment_in(doc: &Document, value: NodeId) -> Option<String> {
    let start = doc.tree().range(value).start;
    let before = doc.tree().token_left_of(start)?;
    let between = TextRange::new(doc.tree().range(before).end, start);
    let is_doc = memchr::memmem::find(doc.slice(between), b"/**").is_some();
    if is_doc { comment_above(doc, start) } else { None }
}

/// The comment that ends on the line above an offset.
pub(super) fn comment_above(doc: &Document, offset: u32) -> Option<String> {
    let tree = doc.tree();
    let mut lines: Vec<String> = Vec::new();
    let mut at = offset;
    while let Some(token) = tree.token_before(at) {
        let range = tree.range(token);
        at = range.start;
        match tree.kind(token) {
            SyntaxKind::TOKEN_WHITESPACE => {
                if doc.slice(range).iter().filter(|&&it| it == b'\n').count() > 1 {
                    break;
                }
            }
            SyntaxKind::TOKEN_COMMENT => {
                let text = doc.show(range);
                if !text.starts_with("/**") && !is_first_on_line(doc, at) {
                    break;
                }
                if let Some(line) = text.strip_prefix('#') {
                    lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
                } else if lines.is_empty() {
                    lines.push(block(&text));
                    break;
                } else {
                    break;
                }
            }
            _ => break,
        }
    }
    lines.reverse();
    let text = lines.join("\n");
    let text = text.trim_matches('\n').trim_end();
    (!text.is_empty()).then(|| cut(text, MAX_COMMENT))
}

fn is_first_on_line(doc: &Document, offset: u32) -> bool {
    let before = &doc.text()[..offset as usize];
    before.iter().rev().take_while(|&&it| it != b'\n').all(u8::is_ascii_whitespace)
}

/// What a comment between `/*` and `*/` says: its lines without the blanks they all begin with.
fn block(text: &str) -> String {
    let text = text.strip_prefix("/**").or_else(|| text.strip_prefix("/*")).unwrap_or(text);
    let text = text.strip_suffix("*/").unwrap_or(text);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim();
    let rest: Vec<&str> = lines.collect();
    let indent = (rest.iter().filter(|it| !it.trim().is_empty()))
        .map(|it| it.len() - it.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let mut result = first.to_owned();
    for line in rest {
        result.push('\n');
        result.push_str(line.get(indent..).unwrap_or_default().trim_end());
    }
    result.trim_matches('\n').trim_end().to_owned()
}

/// One argument of a function.
#[derive(Clone, Debug)]
pub(super) struct Param {
    /// As it is written, blanks made single.
    pub(super) text: String,
    /// The pattern's names, each with whether it has a default.
    pub(super) formals: Vec<(DefId, bool)>,
}

/// The arguments of a function and of the functions it gives.
pub(super) fn params(doc: &Document, lambda: NodeId) -> Vec<Param> {
    let tree = doc.tree();
    let mut found = Vec::new();
    let mut at = lambda;
    while tree.kind(at) == SyntaxKind::NODE_LAMBDA && found.len() < MAX_ARGS {
        let Some(param) = tree.nodes(at).next() else { break };
        let text = doc.show(tree.range(param));
        let text = text.lines().map(|it| it.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let names = doc.names();
        let defs = names.set_of(at).map(|it| names.set(it).defs.as_slice()).unwrap_or_default();
        let formal = |&def: &DefId| {
            let site = names.def(def).sites[0];
            (site.kind == SiteKind::Formal).then_some((def, site.value.is_some()))
        };
        found.push(Param { text: cut(&text, MAX_HEAD), formals: defs.iter().filter_map(formal).collect() });
        match syntax::body(tree, at) {
            Some(body) => at = syntax::strip_parens(tree, body),
            None => break,
        }
    }
    found
}

/// A definition as Markdown: its head, its kind and place, its comment.
pub(super) fn markdown(it: &DefRef<'_>) -> String {
    let mut text = format!("```nix\n{}\n```\n{}", head(&it.doc, it.def), kind_of(&it.doc, it.def));
    if let Some(path) = it.doc.elsewhere() {
        text.push_str(&format!(" in `{path}`"));
    }
    if let Some(comment) = comment(&it.doc, it.def) {
        text.push_str("\n\n---\n\n");
        text.push_str(&comment);
    }
    text
}
