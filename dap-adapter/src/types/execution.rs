//! Running and stepping: what the dap crate lacks or writes in snake case.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::types::GotoTarget;
use serde::{Deserialize, Serialize};

use crate::types::Source;

/// Of `continue` and `reverseContinue`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContinueBody {
    pub all_threads_continued: Option<bool>,
}

/// Of `stepInTargets`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepInTargetsArguments {
    pub frame_id: i64,
}

/// Of `stepInTargets`, for which the dap crate has no response.
#[derive(Debug, Clone, Serialize)]
pub struct StepInTargetsBody {
    pub targets: Vec<StepInTarget>,
}

/// One thing that a step could go into.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepInTarget {
    pub id: i64,
    pub label: String,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
}

/// Of `gotoTargets`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct GotoTargetsArguments {
    pub source: Source,
    pub line: i64,
    pub column: Option<i64>,
}

/// Of `gotoTargets`.
#[derive(Debug, Clone, Serialize)]
pub struct GotoTargetsBody {
    pub targets: Vec<GotoTarget>,
}
