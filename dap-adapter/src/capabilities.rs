//! What this adapter can do, as it says to `initialize`.

use nixscope_engine::vm::FaultKind;

use crate::types::{Capabilities, ExceptionBreakpointsFilter};

/// A kind of fault, or of note, to stop at.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) id: &'static str,
    label: &'static str,
    description: &'static str,
    pub(crate) what: What,
}

/// What a filter is about.
#[derive(Debug)]
pub(crate) enum What {
    /// Faults of these kinds; all if none is named.
    Faults(&'static [FaultKind]),
    /// Faults that a `tryEval` catches as well.
    Caught,
    /// `builtins.trace`.
    Trace,
    /// `builtins.warn`, and warnings of the evaluator.
    Warn,
}

/// All of them. The first is on unless the client says otherwise.
pub(crate) const FILTERS: &[Filter] = &[
    Filter {
        id: "all",
        label: "Everything that fails",
        description: "Stops where the program fails, before anything is unwound",
        what: What::Faults(&[]),
    },
    Filter {
        id: "throw",
        label: "throw",
        description: "Stops at builtins.throw",
        what: What::Faults(&[FaultKind::Throw]),
    },
    Filter {
        id: "abort",
        label: "abort",
        description: "Stops at builtins.abort",
        what: What::Faults(&[FaultKind::Abort]),
    },
    Filter {
        id: "assertion",
        label: "assert",
        description: "Stops at assertions that are false",
        what: What::Faults(&[FaultKind::Assertion]),
    },
    Filter {
        id: "type",
        label: "Values of the wrong type",
        description: "Stops where a value is not of the type it should be",
        what: What::Faults(&[FaultKind::Type]),
    },
    Filter {
        id: "missingAttribute",
        label: "Missing attributes",
        description: "Stops where an attribute is not there",
        what: What::Faults(&[FaultKind::MissingAttribute]),
    },
    Filter {
        id: "infiniteRecursion",
        label: "Infinite recursion",
        description: "Stops where a value needs itself, or calls get too deep",
        what: What::Faults(&[FaultKind::InfiniteRecursion, FaultKind::StackOverflow]),
    },
    Filter {
        id: "caught",
        label: "Also what tryEval catches",
        description: "Lets the other choices stop at faults that tryEval catches, too; alone, stops at all such faults",
        what: What::Caught,
    },
    Filter { id: "trace", label: "builtins.trace", description: "Stops at builtins.trace", what: What::Trace },
    Filter {
        id: "warn",
        label: "Warnings",
        description: "Stops at builtins.warn and at warnings of the evaluator",
        what: What::Warn,
    },
];

/// What this adapter can do.
pub(crate) fn capabilities() -> Capabilities {
    let yes = Some(true);
    let base = dap::types::Capabilities {
        supports_configuration_done_request: yes,
        supports_function_breakpoints: yes,
        supports_conditional_breakpoints: yes,
        supports_hit_conditional_breakpoints: yes,
        supports_evaluate_for_hovers: yes,
        supports_step_back: yes,
        supports_restart_frame: yes,
        supports_goto_targets_request: yes,
        supports_step_in_targets_request: yes,
        supports_completions_request: yes,
        completion_trigger_characters: Some(vec![".".to_owned(), ":".to_owned()]),
        supports_modules_request: yes,
        supports_restart_request: yes,
        supports_exception_info_request: yes,
        support_terminate_debuggee: yes,
        supports_delayed_stack_trace_loading: yes,
        supports_loaded_sources_request: yes,
        supports_log_points: yes,
        supports_terminate_request: yes,
        supports_data_breakpoints: yes,
        supports_disassemble_request: yes,
        supports_cancel_request: yes,
        supports_breakpoint_locations_request: yes,
        supports_clipboard_context: yes,
        supports_stepping_granularity: yes,
        supports_instruction_breakpoints: yes,
        supports_exception_filter_options: yes,
        ..dap::types::Capabilities::default()
    };
    let filters = FILTERS.iter().map(|it| {
        let is_fault = matches!(it.what, What::Faults(_) | What::Caught);
        ExceptionBreakpointsFilter {
            filter: it.id.to_owned(),
            label: it.label.to_owned(),
            description: Some(it.description.to_owned()),
            default: Some(it.id == "all"),
            supports_condition: Some(is_fault),
            condition_description: is_fault.then(|| "a part of the message, or /a regular expression/".to_owned()),
        }
    });
    Capabilities { base, exception_breakpoint_filters: Some(filters.collect()), ..Capabilities::default() }
}
