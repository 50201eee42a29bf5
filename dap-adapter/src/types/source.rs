//! Texts: where code comes from. The release of the dap crate loses `sourceReference` in both directions.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::types::Checksum;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text, on disk or known only to us (then with a `source_reference` above zero).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub name: Option<String>,
    pub path: Option<String>,
    pub source_reference: Option<i64>,
    pub presentation_hint: Option<SourceHint>,
    pub origin: Option<String>,
    pub sources: Option<Vec<Source>>,
    pub adapter_data: Option<Value>,
    pub checksums: Option<Vec<Checksum>>,
}

/// How a text is shown in a list. The release of the dap crate writes `deEmphasize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceHint {
    Normal,
    Emphasize,
    Deemphasize,
}

/// Of `source`: which text is wanted. `source` counts before `source_reference`, which is there for old clients.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceArguments {
    pub source: Option<Source>,
    pub source_reference: i64,
}

/// Of `source`: the text.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceBody {
    pub content: String,
    pub mime_type: Option<String>,
}

/// Of `loadedSources`.
#[derive(Debug, Clone, Serialize)]
pub struct LoadedSourcesBody {
    pub sources: Vec<Source>,
}
