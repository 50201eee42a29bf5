//! Events. The release of the dap crate writes nulls into them, and three of the reasons for a stop wrongly.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::types::{
    BreakpointEventReason, InvalidatedAreas, LoadedSourceEventReason, ModuleEventReason, OutputEventCategory,
    OutputEventGroup, ProcessEventStartMethod, ThreadEventReason,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::types::{Breakpoint, Capabilities, Module, Source, to_body};

/// Something that happened, for the client to know.
#[derive(Debug, Clone)]
pub enum Event {
    Initialized,
    Stopped(Stopped),
    Continued(Continued),
    Exited {
        exit_code: i64,
    },
    /// With what a client should hand over if it starts us again.
    Terminated {
        restart: Option<Value>,
    },
    Thread(ThreadEvent),
    Output(Output),
    Breakpoint(BreakpointEvent),
    Module(ModuleEvent),
    LoadedSource(LoadedSourceEvent),
    Process(Process),
    Capabilities(Box<Capabilities>),
    ProgressStart(ProgressStart),
    ProgressUpdate(ProgressUpdate),
    ProgressEnd(ProgressEnd),
    Invalidated(Invalidated),
    /// One that the protocol does not have. Its name begins with `nixscope/`.
    Custom {
        name: String,
        body: Value,
    },
}

impl Event {
    /// Its name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Initialized => "initialized",
            Self::Stopped(_) => "stopped",
            Self::Continued(_) => "continued",
            Self::Exited { .. } => "exited",
            Self::Terminated { .. } => "terminated",
            Self::Thread(_) => "thread",
            Self::Output(_) => "output",
            Self::Breakpoint(_) => "breakpoint",
            Self::Module(_) => "module",
            Self::LoadedSource(_) => "loadedSource",
            Self::Process(_) => "process",
            Self::Capabilities(_) => "capabilities",
            Self::ProgressStart(_) => "progressStart",
            Self::ProgressUpdate(_) => "progressUpdate",
            Self::ProgressEnd(_) => "progressEnd",
            Self::Invalidated(_) => "invalidated",
            Self::Custom { name, .. } => name,
        }
    }

    /// Its body, always an object.
    #[must_use]
    pub fn body(&self) -> Value {
        match self {
            Self::Initialized => json!({}),
            Self::Stopped(it) => to_body(it),
            Self::Continued(it) => to_body(it),
            Self::Exited { exit_code } => json!({ "exitCode": exit_code }),
            Self::Terminated { restart } => json!({ "restart": restart }),
            Self::Thread(it) => to_body(it),
            Self::Output(it) => to_body(it),
            Self::Breakpoint(it) => to_body(it),
            Self::Module(it) => to_body(it),
            Self::LoadedSource(it) => to_body(it),
            Self::Process(it) => to_body(it),
            Self::Capabilities(it) => json!({ "capabilities": it }),
            Self::ProgressStart(it) => to_body(it),
            Self::ProgressUpdate(it) => to_body(it),
            Self::ProgressEnd(it) => to_body(it),
            Self::Invalidated(it) => to_body(it),
            Self::Custom { body, .. } => to_body(body),
        }
    }
}

/// The program stands still.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stopped {
    pub reason: StopReason,
    pub description: Option<String>,
    pub thread_id: Option<i64>,
    pub preserve_focus_hint: Option<bool>,
    pub text: Option<String>,
    pub all_threads_stopped: Option<bool>,
    pub hit_breakpoint_ids: Option<Vec<i64>>,
}

impl Stopped {
    /// A stop of one thread, and with it of all.
    #[must_use]
    pub fn new(reason: StopReason, thread_id: i64) -> Self {
        Self {
            reason,
            description: None,
            thread_id: Some(thread_id),
            preserve_focus_hint: None,
            text: None,
            all_threads_stopped: Some(true),
            hit_breakpoint_ids: None,
        }
    }
}

/// Why it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StopReason {
    Step,
    Breakpoint,
    Exception,
    Pause,
    Entry,
    Goto,
    #[serde(rename = "function breakpoint")]
    FunctionBreakpoint,
    #[serde(rename = "data breakpoint")]
    DataBreakpoint,
    #[serde(rename = "instruction breakpoint")]
    InstructionBreakpoint,
}

/// The program runs again, though nobody asked for it just now.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Continued {
    pub thread_id: i64,
    pub all_threads_continued: Option<bool>,
}

/// A thread began or ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadEvent {
    pub reason: ThreadEventReason,
    pub thread_id: i64,
}

/// Text for the console.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pub category: Option<OutputEventCategory>,
    pub output: String,
    pub group: Option<OutputEventGroup>,
    pub variables_reference: Option<i64>,
    pub source: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub data: Option<Value>,
    pub location_reference: Option<i64>,
}

/// A breakpoint is not what it was.
#[derive(Debug, Clone, Serialize)]
pub struct BreakpointEvent {
    pub reason: BreakpointEventReason,
    pub breakpoint: Breakpoint,
}

/// A module came, went or changed.
#[derive(Debug, Clone, Serialize)]
pub struct ModuleEvent {
    pub reason: ModuleEventReason,
    pub module: Module,
}

/// A text was read.
#[derive(Debug, Clone, Serialize)]
pub struct LoadedSourceEvent {
    pub reason: LoadedSourceEventReason,
    pub source: Source,
}

/// What is being debugged.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    pub name: String,
    pub system_process_id: Option<i64>,
    pub is_local_process: Option<bool>,
    pub start_method: Option<ProcessEventStartMethod>,
    pub pointer_size: Option<i64>,
}

/// Something long begins.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressStart {
    pub progress_id: String,
    pub title: String,
    pub request_id: Option<i64>,
    pub cancellable: Option<bool>,
    pub message: Option<String>,
    pub percentage: Option<f64>,
}

/// It goes on.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressUpdate {
    pub progress_id: String,
    pub message: Option<String>,
    pub percentage: Option<f64>,
}

/// It is over.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressEnd {
    pub progress_id: String,
    pub message: Option<String>,
}

/// What the client has seen is no longer so.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invalidated {
    pub areas: Option<Vec<InvalidatedAreas>>,
    pub thread_id: Option<i64>,
    pub stack_frame_id: Option<i64>,
}
