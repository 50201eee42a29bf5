//! The payloads: arguments that come, bodies that go. Data only; nothing here decides anything.
//!
//! Where the `dap` crate has a type right it is used, under its own name. The others are ours: the crate's release
//! writes some of them in snake case, lacks fields that the protocol has since gained, or cannot say a value that the
//! protocol has. A payload of ours may hold `None`: the envelope strips every null before it is sent.

mod body;
mod breakpoints;
mod event;
mod execution;
mod inspect;
mod lifecycle;
mod source;
mod timeline;

pub use body::to_body;
pub use breakpoints::{
    Breakpoint, BreakpointLocationsArguments, BreakpointLocationsBody, BreakpointReason, BreakpointsBody,
    DataBreakpointInfoArguments, DataBreakpointInfoBody, ExceptionFilterOptions, InstructionBreakpoint,
    SetBreakpointsArguments, SetExceptionBreakpointsArguments, SetInstructionBreakpointsArguments, SourceBreakpoint,
};
pub use event::{
    BreakpointEvent, Continued, Event, Invalidated, LoadedSourceEvent, ModuleEvent, Output, Process, ProgressEnd,
    ProgressStart, ProgressUpdate, StopReason, Stopped, ThreadEvent,
};
pub use execution::{
    ContinueBody, GotoTargetsArguments, GotoTargetsBody, StepInTarget, StepInTargetsArguments, StepInTargetsBody,
};
pub use inspect::{
    DisassembleBody, DisassembledInstruction, EvaluateArguments, EvaluateBody, InstructionHint, LocationsArguments,
    LocationsBody, Module, ModuleId, ModulesBody, Scope, ScopesBody, SetVariableBody, StackFrame, StackTraceBody,
    Variable, VariablesBody,
};
pub use lifecycle::{
    BreakpointMode, Capabilities, ExceptionBreakpointsFilter, InitializeArguments, RestartArguments, requests_promised,
};
pub use source::{LoadedSourcesBody, Source, SourceArguments, SourceBody, SourceHint};
pub use timeline::{Demand, DemandArguments, GoToArguments, TimelineBody, TimelineMoment};

pub use dap::requests::{
    CancelArguments, CompletionsArguments, ContinueArguments, DisassembleArguments, DisconnectArguments,
    ExceptionInfoArguments, GotoArguments, ModulesArguments, NextArguments, PathFormat, PauseArguments,
    RestartFrameArguments, ReverseContinueArguments, ScopesArguments, SetDataBreakpointsArguments,
    SetFunctionBreakpointsArguments, SetVariableArguments, StackTraceArguments, StepBackArguments, StepInArguments,
    StepOutArguments, TerminateArguments, VariablesArguments,
};
pub use dap::responses::ThreadsResponse as ThreadsBody;
pub use dap::responses::{CompletionsResponse as CompletionsBody, ExceptionInfoResponse as ExceptionInfoBody};
pub use dap::types::{
    BreakpointEventReason, BreakpointLocation, Checksum, ChecksumAlgorithm, ColumnDescriptor, CompletionItem,
    CompletionItemType, DataBreakpoint, DataBreakpointAccessType, EvaluateArgumentsContext, ExceptionBreakMode,
    ExceptionDetails, FunctionBreakpoint, GotoTarget, InvalidatedAreas, LoadedSourceEventReason, ModuleEventReason,
    OutputEventCategory, OutputEventGroup, ProcessEventStartMethod, ScopePresentationhint, StackFrameFormat,
    StackFramePresentationhint, SteppingGranularity, Thread, ThreadEventReason, ValueFormat, VariablePresentationHint,
    VariablePresentationHintAttributes, VariablePresentationHintKind, VariablePresentationHintVisibility,
    VariablesArgumentsFilter,
};
