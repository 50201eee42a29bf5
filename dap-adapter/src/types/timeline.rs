//! Time: requests of ours, which the protocol does not have.
#![expect(missing_docs, reason = "the fields are those that docs/dap.md documents, under its names")]

use serde::{Deserialize, Serialize};

use crate::types::Source;

/// Of `nixscope/timeline`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TimelineBody {
    pub now: u64,
    pub start: u64,
    pub furthest: u64,
    pub end: Option<u64>,
    pub moments: Vec<TimelineMoment>,
}

/// A moment that a person may want to go to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TimelineMoment {
    pub count: u64,
    pub text: String,
    pub kind: &'static str,
    pub source: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
}

/// Of `nixscope/goTo`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct GoToArguments {
    pub count: u64,
}

/// Of `nixscope/demand`; the innermost frame if none is named.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DemandArguments {
    pub frame_id: Option<i64>,
}

/// Somebody who waits for a value.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Demand {
    pub text: String,
    pub source: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
}
