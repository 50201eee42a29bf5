//! Breakpoints of every kind. The release of the dap crate reads and writes `hit_condition`, `log_message` and others
//! in snake case, so that conditions and log points are silently lost.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::types::{BreakpointLocation, DataBreakpointAccessType, ExceptionOptions};
use serde::{Deserialize, Serialize};

use crate::types::Source;

/// Of `setBreakpoints`: all breakpoints of one text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetBreakpointsArguments {
    pub source: Source,
    pub breakpoints: Option<Vec<SourceBreakpoint>>,
    /// The old way to say it, without conditions.
    pub lines: Option<Vec<i64>>,
    pub source_modified: Option<bool>,
}

impl SetBreakpointsArguments {
    /// What is asked for, in whichever way it was said.
    #[must_use]
    pub fn wanted(self) -> Vec<SourceBreakpoint> {
        let old = self.lines.unwrap_or_default().into_iter();
        self.breakpoints
            .unwrap_or_else(|| old.map(|line| SourceBreakpoint { line, ..SourceBreakpoint::default() }).collect())
    }
}

/// A breakpoint in a text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceBreakpoint {
    pub line: i64,
    pub column: Option<i64>,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
    pub log_message: Option<String>,
    pub mode: Option<String>,
}

/// What became of a breakpoint that was asked for.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Breakpoint {
    pub id: Option<i64>,
    pub verified: bool,
    pub message: Option<String>,
    pub source: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
    pub instruction_reference: Option<String>,
    pub offset: Option<i64>,
    pub reason: Option<BreakpointReason>,
}

/// Why a breakpoint is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BreakpointReason {
    /// It may become so, when its text is loaded.
    Pending,
    Failed,
}

/// Of every request that sets breakpoints: one for each that was asked for, in the same order.
#[derive(Debug, Clone, Serialize)]
pub struct BreakpointsBody {
    pub breakpoints: Vec<Breakpoint>,
}

/// Of `breakpointLocations`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakpointLocationsArguments {
    pub source: Source,
    pub line: i64,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
}

/// Of `breakpointLocations`.
#[derive(Debug, Clone, Serialize)]
pub struct BreakpointLocationsBody {
    pub breakpoints: Vec<BreakpointLocation>,
}

/// Of `setExceptionBreakpoints`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetExceptionBreakpointsArguments {
    pub filters: Vec<String>,
    pub filter_options: Option<Vec<ExceptionFilterOptions>>,
    pub exception_options: Option<Vec<ExceptionOptions>>,
}

/// A filter for faults, with a condition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionFilterOptions {
    pub filter_id: String,
    pub condition: Option<String>,
    pub mode: Option<String>,
}

/// Of `dataBreakpointInfo`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataBreakpointInfoArguments {
    pub variables_reference: Option<i64>,
    pub name: String,
    pub frame_id: Option<i64>,
    pub bytes: Option<i64>,
    pub as_address: Option<bool>,
    pub mode: Option<String>,
}

/// Of `dataBreakpointInfo`. A `data_id` of `None` says that no breakpoint is possible there, and is sent as null.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataBreakpointInfoBody {
    pub data_id: Option<String>,
    pub description: String,
    pub access_types: Option<Vec<DataBreakpointAccessType>>,
    pub can_persist: Option<bool>,
}

/// Of `setInstructionBreakpoints`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SetInstructionBreakpointsArguments {
    pub breakpoints: Vec<InstructionBreakpoint>,
}

/// A breakpoint at an instruction.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstructionBreakpoint {
    pub instruction_reference: String,
    pub offset: Option<i64>,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
    pub mode: Option<String>,
}
