//! Files and directories that a path may go on with.

use nixscope_engine::syntax::SyntaxKind;

use super::super::files::absolute;
use super::super::statics::DocRef;
use super::super::tree::NodeId;
use super::super::{Document, EntryKind, Files, TextRange, syntax};
use super::{Completion, CompletionKind, Completions};

/// What the path that ends at an offset may go on with; `None` if none ends there.
pub(super) fn completion(doc: &Document, files: &dyn Files, offset: u32) -> Option<Completions> {
    let is_part = |it: &&u8| it.is_ascii_alphanumeric() || b"._-+/~".contains(it);
    let before = &doc.text()[..offset as usize];
    let start = offset - before.iter().rev().take_while(is_part).count() as u32;
    let path = doc.show(TextRange::new(start, offset));
    let begins = path.starts_with("./") || path.starts_with("../") || (path.starts_with('/') && path.len() > 1);
    if !begins || path.contains("//") || before[..start as usize].ends_with(b"}") {
        return None;
    }
    let slash = path.rfind('/')?;
    let after = doc.text()[offset as usize..].iter().take_while(is_part).take_while(|&&it| it != b'/').count() as u32;
    let folder = absolute(doc.folder()?, &path[..=slash]);
    let items = entries(files, &folder, doc.path(), "");
    Some(Completions { range: TextRange::new(start + slash as u32 + 1, offset + after), items, base: None })
}

/// What can be imported, where an argument of `import` or `callPackage` begins.
pub(super) fn after_import(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let apply = tree.parent(node).filter(|&it| tree.kind(it) == SyntaxKind::NODE_APPLY);
    let Some((function, arg)) = apply.and_then(|it| syntax::call(tree, it)) else { return };
    let text = doc.slice(tree.range(function));
    let name = text.rsplit(|&it| it == b'.').next().unwrap_or_default();
    if arg == node
        && matches!(name, b"import" | b"callPackage")
        && let Some(folder) = doc.folder()
    {
        let mut found = entries(files, folder, doc.path(), "./");
        found.retain(|it| it.kind == CompletionKind::Folder || it.label.ends_with(".nix"));
        items.splice(0..0, found);
    }
}

fn entries(files: &dyn Files, folder: &str, except: Option<&str>, prefix: &str) -> Vec<Completion> {
    let item = |it: super::super::FileEntry| {
        let path = format!("{}/{}", folder.trim_end_matches('/'), it.name);
        // Other characters have no place in a path literal.
        let is_plain = it.name.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-+".contains(&it));
        let kind = match it.kind {
            EntryKind::File => CompletionKind::File,
            EntryKind::Folder => CompletionKind::Folder,
        };
        let label = format!("{prefix}{}", it.name);
        (is_plain && except != Some(&path)).then(|| Completion {
            insert: label.clone(),
            label,
            kind,
            detail: path,
            doc: None,
        })
    };
    files.entries(folder).into_iter().filter_map(item).collect()
}
