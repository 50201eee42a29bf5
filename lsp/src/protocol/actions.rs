//! Changes that somebody may choose to make, in the words of the protocol. Who can ask again is told only what there is to
//! choose from, and gets the changes of what was chosen.

use lsp_types::{CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, WorkspaceEdit};
use serde::{Deserialize, Serialize};

use crate::diagnose::{self, Finding};
use crate::ide::{self, Action, ActionKind, TextRange};
use crate::state::{Open, Snapshot};

use super::to_proto;

/// Where an action was offered, for when it is chosen.
#[derive(Debug, Serialize, Deserialize)]
struct Offer {
    uri: String,
    version: i32,
    range: (u32, u32),
}

struct Choice {
    action: Action,
    cures: Option<Finding>,
    is_preferred: bool,
}

/// What can be chosen at a range, of the kinds that are wanted.
#[must_use]
pub fn actions(now: &Snapshot, open: &Open, asked: TextRange, context: &CodeActionContext) -> Vec<CodeActionOrCommand> {
    let wanted = context.only.as_deref();
    let is_wanted = |it: &Choice| {
        let kind = kind(it.action.kind);
        wanted.is_none_or(|it| it.iter().any(|it| is_kind(kind.as_str(), it.as_str())))
    };
    let found = choices(open, asked).into_iter().filter(is_wanted);
    found.filter_map(|it| action(now, open, asked, &it)).map(CodeActionOrCommand::CodeAction).collect()
}

/// An action that was chosen, with its changes.
///
/// # Errors
/// Why there are none, as a sentence.
pub fn resolve(now: &Snapshot, chosen: CodeAction) -> Result<CodeAction, String> {
    if chosen.edit.is_some() {
        return Ok(chosen);
    }
    let offer = chosen.data.clone().and_then(|it| serde_json::from_value::<Offer>(it).ok());
    let offer = offer.ok_or("nobody offered this action")?;
    let open = now.open(&offer.uri).filter(|it| it.version == offer.version);
    let open = open.ok_or("the text changed since this action was offered")?;
    let range = TextRange::new(offer.range.0, offer.range.1);
    let is_chosen = |it: &Choice| it.action.title == chosen.title && Some(kind(it.action.kind)) == chosen.kind;
    let found = choices(open, range).into_iter().find(is_chosen).ok_or("nobody offered this action")?;
    let edit = edit(now, open, &found.action).ok_or("the document has no name")?;
    Ok(CodeAction { edit: Some(edit), ..chosen })
}

/// What can be chosen at a range: cures first.
fn choices(open: &Open, asked: TextRange) -> Vec<Choice> {
    let document = open.document();
    let mut choices = Vec::new();
    for mut found in ide::diagnostics(document) {
        if found.range.start > asked.end || found.range.end < asked.start {
            continue;
        }
        let fixes = std::mem::take(&mut found.fixes);
        let found = diagnose::finding(found);
        choices.extend(fixes.into_iter().enumerate().map(|(i, action)| Choice {
            action,
            cures: Some(found.clone()),
            is_preferred: i == 0,
        }));
    }
    let others = ide::refactorings(document, asked).into_iter().chain(ide::source_actions(document));
    choices.extend(others.map(|action| Choice { action, cures: None, is_preferred: false }));
    choices
}

fn action(now: &Snapshot, open: &Open, asked: TextRange, it: &Choice) -> Option<CodeAction> {
    let offer = Offer { uri: open.uri.clone(), version: open.version, range: (asked.start, asked.end) };
    let (edit, data) = if now.client.resolves_actions {
        (None, serde_json::to_value(offer).ok())
    } else {
        (Some(edit(now, open, &it.action)?), None)
    };
    Some(CodeAction {
        title: it.action.title.clone(),
        kind: Some(kind(it.action.kind)),
        diagnostics: it.cures.as_ref().map(|cured| to_proto::diagnostics(now, open, std::slice::from_ref(cured))),
        is_preferred: it.is_preferred.then_some(true),
        edit,
        data,
        ..CodeAction::default()
    })
}

fn edit(now: &Snapshot, open: &Open, it: &Action) -> Option<WorkspaceEdit> {
    let changes = [(to_proto::url(&open.uri)?, to_proto::edits(now, &open.text, &it.edits))];
    Some(WorkspaceEdit { changes: Some(changes.into()), ..WorkspaceEdit::default() })
}

/// All kinds that there are.
#[must_use]
pub fn kinds() -> Vec<CodeActionKind> {
    use ActionKind::{Extract, FixAll, Inline, Organise, QuickFix, Rewrite};
    [QuickFix, Rewrite, Extract, Inline, FixAll, Organise].map(kind).to_vec()
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::Inline => CodeActionKind::REFACTOR_INLINE,
        ActionKind::FixAll => CodeActionKind::SOURCE_FIX_ALL,
        ActionKind::Organise => CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
    }
}

/// Whether a kind of action is the other one, or one of its kinds.
fn is_kind(kind: &str, of: &str) -> bool {
    kind.strip_prefix(of).is_some_and(|rest| of.is_empty() || rest.is_empty() || rest.starts_with('.'))
}
