//! What the editor is told and asked without having asked: progress, and to ask again for what has changed.

use lsp_types::notification::Progress;
use lsp_types::request::WorkDoneProgressCreate;
use lsp_types::{
    MessageType, NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd,
};
use tower_lsp::Client;

use crate::live::Why;
use crate::state::{ClientTraits, Snapshot};

/// Something that takes time, as the editor shows it.
#[derive(Debug)]
pub struct Shown(NumberOrString);

/// Says that something has begun that will take time. `None` if the editor does not show such things.
pub async fn begin(client: &Client, traits: &ClientTraits, number: u64, title: &str) -> Option<Shown> {
    if !traits.has_progress {
        return None;
    }
    let token = NumberOrString::String(format!("nixscope-{number}"));
    client.send_request::<WorkDoneProgressCreate>(WorkDoneProgressCreateParams { token: token.clone() }).await.ok()?;
    let begin =
        WorkDoneProgressBegin { title: title.to_owned(), cancellable: Some(false), ..WorkDoneProgressBegin::default() };
    tell(client, token.clone(), WorkDoneProgress::Begin(begin)).await;
    Some(Shown(token))
}

/// Says that it is over.
pub async fn end(client: &Client, shown: Shown) {
    tell(client, shown.0, WorkDoneProgress::End(WorkDoneProgressEnd { message: None })).await;
}

async fn tell(client: &Client, token: NumberOrString, value: WorkDoneProgress) {
    let value = ProgressParamsValue::WorkDone(value);
    client.send_notification::<Progress>(ProgressParams { token, value }).await;
}

/// How an evaluation goes, for editors that want to know.
#[derive(Debug)]
pub enum Status {}

impl lsp_types::notification::Notification for Status {
    type Params = serde_json::Value;
    const METHOD: &'static str = "nixscope/status";
}

/// Tells how the evaluation of a document goes, if the editor wants to know.
pub async fn status(client: &Client, now: &Snapshot, uri: &str, state: &str, why: Option<&Why>) {
    if !now.client.wants_status {
        return;
    }
    let live = now.live.text(uri).filter(|_| state != "running");
    let config = &now.config.live;
    let entry = live.as_ref().and_then(|it| it.entry.as_ref());
    client
        .send_notification::<Status>(serde_json::json!({
            "uri": uri,
            "state": state,
            "entry": entry.map(|it| serde_json::json!({ "kind": it.kind.name(), "label": it.label })),
            "isFromImage": live.as_ref().is_some_and(|it| it.is_from_image),
            "isPinned": live.as_ref().is_some_and(|it| it.is_pinned),
            "millis": live.as_ref().map_or(0, |it| it.millis),
            "instructions": live.as_ref().map_or(0, |it| it.instructions),
            "limits": {
                "millis": config.time_limit,
                "megabytes": config.memory_limit,
                "instructions": config.fuel,
            },
            "message": why.map(Why::message),
        }))
        .await;
}

/// Tells something that a person may want to read who wonders.
pub async fn log(client: &Client, text: String) {
    client.log_message(MessageType::WARNING, text).await;
}

/// Lets the editor ask again for what depends on values.
pub async fn refresh(client: &Client, traits: &ClientTraits) {
    if traits.refreshes_hints {
        let _ = client.inlay_hint_refresh().await;
    }
    if traits.refreshes_lenses {
        let _ = client.code_lens_refresh().await;
    }
    if traits.refreshes_diagnostics {
        let _ = client.workspace_diagnostic_refresh().await;
    }
}
