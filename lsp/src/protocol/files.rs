//! Documents by their names, open or not, and files that get other names, in the words of the protocol.

use std::sync::Arc;

use lsp_types::{
    FileOperationFilter, FileOperationPattern, FileOperationPatternKind, FileOperationRegistrationOptions,
    RenameFilesParams, Url, WorkspaceEdit,
};

use crate::ide::{self, Document, Files as _, Move};
use crate::state::Snapshot;
use crate::text::Text;

use super::{from_proto, to_proto};

/// A document that may be open.
#[derive(Debug)]
pub struct Named {
    /// Its name.
    pub uri: Url,
    /// Its text.
    pub text: Arc<Text>,
    /// What features see of it.
    pub document: Arc<Document>,
}

/// The document of a name.
#[must_use]
pub fn by_uri(now: &Snapshot, uri: &Url) -> Option<Named> {
    match now.open(uri.as_str()) {
        Some(open) => {
            let document = Arc::clone(open.document());
            Some(Named { uri: uri.clone(), text: Arc::clone(&open.text), document })
        }
        None => by_path(now, &from_proto::path(uri)?),
    }
}

/// The document of a file.
#[must_use]
pub fn by_path(now: &Snapshot, path: &str) -> Option<Named> {
    let document = now.document(path)?;
    let text = match now.open_file(path) {
        Some(open) => Arc::clone(&open.text),
        None => Arc::new(Text::new(String::from_utf8_lossy(document.text()).into_owned())),
    };
    Some(Named { uri: to_proto::file(now, path)?, text, document })
}

/// The changes that files and folders need which get other names.
#[must_use]
pub fn moved(now: &Snapshot, params: &RenameFilesParams) -> WorkspaceEdit {
    let path = |uri: &str| to_proto::url(uri).as_ref().and_then(from_proto::path);
    let moves = params.files.iter();
    let moves: Vec<Move> =
        moves.filter_map(|it| Some(Move { from: path(&it.old_uri)?, to: path(&it.new_uri)? })).collect();
    let of_file = |it: ide::FileEdits| {
        let named = by_path(now, it.path.as_deref()?)?;
        Some((named.uri, to_proto::edits(now, &named.text, &it.edits)))
    };
    let changes = ide::moved(now, &moves).into_iter().filter_map(of_file).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

/// Which files we want to hear of before they get other names: those of the language, and every folder.
#[must_use]
pub fn interesting() -> FileOperationRegistrationOptions {
    let filter = |glob: &str, kind| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern { glob: glob.to_owned(), matches: Some(kind), options: None },
    };
    let filters =
        vec![filter("**/*.nix", FileOperationPatternKind::File), filter("**", FileOperationPatternKind::Folder)];
    FileOperationRegistrationOptions { filters }
}
