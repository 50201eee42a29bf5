//! Looking: frames, scopes, variables, evaluation, modules, instructions.
#![expect(missing_docs, reason = "the fields are those of the specification, under its names")]

use dap::types::{
    EvaluateArgumentsContext, ScopePresentationhint, StackFramePresentationhint, ValueFormat, VariablePresentationHint,
};
use serde::{Deserialize, Serialize};

use crate::types::Source;

/// Of `stackTrace`: the innermost frame first.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackTraceBody {
    pub stack_frames: Vec<StackFrame>,
    pub total_frames: Option<i64>,
}

/// A frame.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackFrame {
    pub id: i64,
    pub name: String,
    pub source: Option<Source>,
    pub line: i64,
    pub column: i64,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
    pub can_restart: Option<bool>,
    pub instruction_pointer_reference: Option<String>,
    pub module_id: Option<ModuleId>,
    pub presentation_hint: Option<StackFramePresentationhint>,
}

/// Of `scopes`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ScopesBody {
    pub scopes: Vec<Scope>,
}

/// A group of variables of a frame.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    pub name: String,
    pub presentation_hint: Option<ScopePresentationhint>,
    pub variables_reference: i64,
    pub named_variables: Option<i64>,
    pub indexed_variables: Option<i64>,
    pub expensive: bool,
    pub source: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
}

/// Of `variables`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VariablesBody {
    pub variables: Vec<Variable>,
}

/// A name with its value; the value has children if `variables_reference` is not 0.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    pub name: String,
    pub value: String,
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    pub presentation_hint: Option<VariablePresentationHint>,
    pub evaluate_name: Option<String>,
    pub variables_reference: i64,
    pub named_variables: Option<i64>,
    pub indexed_variables: Option<i64>,
    pub memory_reference: Option<String>,
    pub declaration_location_reference: Option<i64>,
    pub value_location_reference: Option<i64>,
}

/// Of `setVariable`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetVariableBody {
    pub value: String,
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    pub variables_reference: Option<i64>,
    pub named_variables: Option<i64>,
    pub indexed_variables: Option<i64>,
    pub memory_reference: Option<String>,
    pub value_location_reference: Option<i64>,
}

/// Of `evaluate`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateArguments {
    pub expression: String,
    pub frame_id: Option<i64>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub source: Option<Source>,
    pub context: Option<EvaluateArgumentsContext>,
    pub format: Option<ValueFormat>,
}

/// Of `evaluate`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateBody {
    pub result: String,
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    pub presentation_hint: Option<VariablePresentationHint>,
    pub variables_reference: i64,
    pub named_variables: Option<i64>,
    pub indexed_variables: Option<i64>,
    pub memory_reference: Option<String>,
    pub value_location_reference: Option<i64>,
}

/// Of `locations`: which reference (of a variable, a value or an output) to look up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationsArguments {
    pub location_reference: i64,
}

/// Of `locations`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationsBody {
    pub source: Source,
    pub line: i64,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
}

/// The name of a module: a number or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ModuleId {
    Number(i64),
    Text(String),
}

/// Of `modules`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModulesBody {
    pub modules: Vec<Module>,
    pub total_modules: Option<i64>,
}

/// A unit of code, as a list of them shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Module {
    pub id: ModuleId,
    pub name: String,
    pub path: Option<String>,
    pub is_optimized: Option<bool>,
    pub is_user_code: Option<bool>,
    pub version: Option<String>,
    pub symbol_status: Option<String>,
    pub symbol_file_path: Option<String>,
    pub date_time_stamp: Option<String>,
    pub address_range: Option<String>,
}

/// Of `disassemble`.
#[derive(Debug, Clone, Serialize)]
pub struct DisassembleBody {
    pub instructions: Vec<DisassembledInstruction>,
}

/// An instruction of a body, as text.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisassembledInstruction {
    pub address: String,
    pub instruction_bytes: Option<String>,
    pub instruction: String,
    pub symbol: Option<String>,
    pub location: Option<Source>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
    pub presentation_hint: Option<InstructionHint>,
}

/// Whether there is an instruction at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InstructionHint {
    Normal,
    Invalid,
}
