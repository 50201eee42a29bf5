//! Paths and URLs of a text that lead somewhere.

use nixscope_engine::syntax::SyntaxKind;

use super::files::imported;
use super::{Document, Files, TextRange, statics, syntax};

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What is clicked.
    pub range: TextRange,
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where a [`Link`] leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file, by its absolute path.
    File(String),
    /// A page.
    Url(String),
}

/// The links of a document. Paths lead to files that are there, those of directories to their `default.nix`.
#[must_use]
pub fn document_links(doc: &Document, files: &dyn Files) -> Vec<Link> {
    let tree = doc.tree();
    let link = |node| {
        let range = tree.range(node);
        let target = match tree.kind(node) {
            SyntaxKind::NODE_PATH_ABS | SyntaxKind::NODE_PATH_REL => {
                LinkTarget::File(imported(files, &statics::path_of(doc, node)?)?)
            }
            SyntaxKind::TOKEN_URI => LinkTarget::Url(doc.show(range)),
            SyntaxKind::NODE_STRING => {
                let content = syntax::plain_string(doc.text(), tree, node).filter(|it| is_page(it))?;
                let content = String::from_utf8_lossy(content).into_owned();
                let range = TextRange::new(range.start + 1, range.end - 1);
                return Some(Link { range, target: LinkTarget::Url(content) });
            }
            _ => return None,
        };
        Some(Link { range, target })
    };
    tree.all().filter_map(link).collect()
}

/// Whether a string is the address of a page and nothing else.
fn is_page(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://"));
    rest.is_some_and(|it| {
        !it.is_empty() && it.iter().all(|byte| byte.is_ascii_graphic() && !b"<>\"^`{|}".contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::fixture;
    use super::*;

    #[test]
    fn links() {
        let it = fixture(
            "//- /a.nix\n[ ./b.nix ./c ./d.nix http://e ./${f} \"https://g/h?i\" \"http://j k\" \"https://${f}\" ]$0\n//- /b.nix\n1\n//- /c/default.nix\n1",
        );
        let shown: Vec<String> =
            document_links(&it.doc, &it.files).iter().map(|link| format!("{:?}", link.target)).collect();
        expect![[r#"File("/b.nix") File("/c/default.nix") Url("http://e") Url("https://g/h?i")"#]]
            .assert_eq(&shown.join(" "));
    }
}
