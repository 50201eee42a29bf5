//! The start and the end of a session: who is there, and what each can do.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::requests::PathFormat;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Of `initialize`. Everything may be absent; lines and columns then count from 1 and paths are paths.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InitializeArguments {
    #[serde(rename = "clientID")]
    pub client_id: Option<String>,
    pub client_name: Option<String>,
    #[serde(rename = "adapterID")]
    pub adapter_id: Option<String>,
    pub locale: Option<String>,
    #[serde(rename = "linesStartAt1")]
    pub lines_start_at_1: Option<bool>,
    #[serde(rename = "columnsStartAt1")]
    pub columns_start_at_1: Option<bool>,
    pub path_format: Option<PathFormat>,
    pub supports_variable_type: Option<bool>,
    pub supports_variable_paging: Option<bool>,
    pub supports_run_in_terminal_request: Option<bool>,
    pub supports_memory_references: Option<bool>,
    pub supports_progress_reporting: Option<bool>,
    pub supports_invalidated_event: Option<bool>,
    pub supports_memory_event: Option<bool>,
    pub supports_args_can_be_interpreted_by_shell: Option<bool>,
    pub supports_start_debugging_request: Option<bool>,
    #[serde(rename = "supportsANSIStyling")]
    pub supports_ansi_styling: Option<bool>,
}

/// Of `initialize`: what this adapter can do. The dap crate's own, with what it lacks or has wrong beside it.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// What the dap crate has. Its `exception_breakpoint_filters` stay empty: they are the field below.
    #[serde(flatten)]
    pub base: dap::types::Capabilities,
    pub exception_breakpoint_filters: Option<Vec<ExceptionBreakpointsFilter>>,
    pub breakpoint_modes: Option<Vec<BreakpointMode>>,
    pub supports_data_breakpoint_bytes: Option<bool>,
    #[serde(rename = "supportsANSIStyling")]
    pub supports_ansi_styling: Option<bool>,
}

/// A kind of fault to stop at, which the user can switch on and off.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionBreakpointsFilter {
    pub filter: String,
    pub label: String,
    pub description: Option<String>,
    pub default: Option<bool>,
    pub supports_condition: Option<bool>,
    pub condition_description: Option<String>,
}

/// A way for breakpoints to stop, of which the user can choose one.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakpointMode {
    pub mode: String,
    pub label: String,
    pub description: Option<String>,
    /// Of `source`, `exception`, `data`, `instruction`.
    pub applies_to: Vec<String>,
}

/// Of `restart`: the newest arguments of `launch` or `attach`, as they were sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RestartArguments {
    pub arguments: Option<Value>,
}

/// Which requests these capabilities promise to answer: a handler is missing for one that is refused.
#[must_use]
pub fn requests_promised(capabilities: &Capabilities) -> Vec<&'static str> {
    let it = &capabilities.base;
    let flags: [(Option<bool>, &[&str]); 21] = [
        (it.supports_configuration_done_request, &["configurationDone"]),
        (it.supports_function_breakpoints, &["setFunctionBreakpoints"]),
        (it.supports_step_back, &["stepBack", "reverseContinue"]),
        (it.supports_set_variable, &["setVariable"]),
        (it.supports_restart_frame, &["restartFrame"]),
        (it.supports_goto_targets_request, &["gotoTargets", "goto"]),
        (it.supports_step_in_targets_request, &["stepInTargets"]),
        (it.supports_completions_request, &["completions"]),
        (it.supports_modules_request, &["modules"]),
        (it.supports_restart_request, &["restart"]),
        (it.supports_exception_info_request, &["exceptionInfo"]),
        (it.supports_loaded_sources_request, &["loadedSources"]),
        (it.supports_terminate_threads_request, &["terminateThreads"]),
        (it.supports_set_expression, &["setExpression"]),
        (it.supports_terminate_request, &["terminate"]),
        (it.supports_data_breakpoints, &["dataBreakpointInfo", "setDataBreakpoints"]),
        (it.supports_read_memory_request, &["readMemory"]),
        (it.supports_write_memory_request, &["writeMemory"]),
        (it.supports_disassemble_request, &["disassemble"]),
        (it.supports_breakpoint_locations_request, &["breakpointLocations"]),
        (it.supports_instruction_breakpoints, &["setInstructionBreakpoints"]),
    ];
    flags.iter().filter(|(flag, _)| *flag == Some(true)).flat_map(|(_, requests)| *requests).copied().collect()
}
