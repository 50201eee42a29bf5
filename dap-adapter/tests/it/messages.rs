//! The envelope and the payloads: what is read from requests, and what is sent, against the schema.

use nixscope_dap_adapter::message::{ErrorId, Failure, Incoming, Outgoing, Request, Response};
use nixscope_dap_adapter::types::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::schema::assert_valid;

fn request(message: Value) -> Request {
    match Incoming::read(message.clone()) {
        Ok(Incoming::Request(request)) => request,
        other => panic!("{message} is {other:?}"),
    }
}

fn arguments<T: serde::de::DeserializeOwned>(arguments: Value) -> T {
    let request = request(json!({ "seq": 1, "type": "request", "command": "x", "arguments": arguments }));
    request.arguments().expect("the arguments are right")
}

/// A body as it is sent, which must be valid.
#[track_caller]
fn sent(command: &str, body: impl Serialize) -> Value {
    let result = Ok(to_body(body));
    let message = Outgoing::Response(Response { request_seq: 7, command: command.to_owned(), result }).to_json(1);
    assert_valid(&message);
    message["body"].clone()
}

#[track_caller]
fn event(event: Event) -> Value {
    let message = Outgoing::Event(Box::new(event)).to_json(1);
    assert_valid(&message);
    message["body"].clone()
}

#[test]
fn every_request_can_be_answered() {
    let cases = [
        (json!({ "seq": 3, "type": "request", "command": "disconnect" }), 3, "disconnect", json!({})),
        (json!({ "seq": 3, "type": "request", "command": "cancel", "arguments": null }), 3, "cancel", json!({})),
        (json!({ "seq": 3, "type": "request", "command": "threads", "arguments": {} }), 3, "threads", json!({})),
        (json!({ "seq": 3.0, "type": "request", "command": "nobody/knows" }), 3, "nobody/knows", json!({})),
        (json!({ "type": "request", "command": "threads" }), 0, "threads", json!({})),
        (json!({ "seq": "3", "type": "request", "command": "threads" }), 0, "threads", json!({})),
        (json!({ "seq": 1e300, "type": "request", "command": "threads" }), 0, "threads", json!({})),
        (json!({ "seq": 3, "type": "request" }), 3, "", json!({})),
        (json!({ "seq": 3, "command": "threads" }), 3, "threads", json!({})),
        (json!({ "seq": 3, "type": "request", "command": "launch", "arguments": [1] }), 3, "launch", json!([1])),
    ];
    for (message, seq, command, arguments) in cases {
        let expected = Request { seq, command: command.to_owned(), arguments };
        assert_eq!(request(message), expected);
    }
}

#[test]
fn what_is_no_request() {
    for message in [json!(1), json!(null), json!([{}]), json!({}), json!({ "type": "event", "event": "x" })] {
        assert!(Incoming::read(message.clone()).is_err(), "{message}");
    }
    let reply = Incoming::read(json!({ "type": "response", "request_seq": 2.0, "success": true, "command": "x" }));
    assert!(matches!(reply, Ok(Incoming::Reply(it)) if it.request_seq == 2 && it.success && it.body == json!({})));
}

#[test]
fn numbers_and_nulls_in_arguments() {
    let it: StackTraceArguments = arguments(json!({ "threadId": 1.0, "startFrame": null, "levels": 20.0 }));
    assert_eq!((it.thread_id, it.start_frame, it.levels), (1, None, Some(20)));
    let it: VariablesArguments = arguments(json!({ "variablesReference": 9_007_199_254_740_992.0 }));
    assert_eq!(it.variables_reference, 9_007_199_254_740_992);
    let it: SetExceptionBreakpointsArguments = arguments(json!({ "filters": null, "filterOptions": null }));
    assert!(it.filters.is_empty());

    let sent = json!({ "seq": 1, "type": "request", "command": "launch", "arguments": { "args": [null, 1.0] } });
    let it: Value = request(sent).arguments_as_sent().expect("a value is a value");
    assert_eq!(it.to_string(), r#"{"args":[null,1.0]}"#);
}

#[test]
fn wrong_arguments_are_a_failure_that_names_them() {
    let cases = [
        (json!(null), "missing field `expression`"),
        (json!({ "expression": 1 }), "invalid type: integer `1`"),
        (json!([]), "invalid length 0"),
        (json!("x"), "invalid type: string"),
        (json!({ "expression": "x", "frameId": 1.5 }), "invalid type: floating point `1.5`"),
    ];
    for (arguments, why) in cases {
        let request = request(json!({ "seq": 1, "type": "request", "command": "evaluate", "arguments": arguments }));
        let failure = request.arguments::<EvaluateArguments>().expect_err("the arguments are wrong");
        assert!(failure.message.contains("`evaluate`") && failure.message.contains(why), "{failure:?}");
    }
}

#[test]
fn conditions_and_references_arrive() {
    let it: SetBreakpointsArguments = arguments(json!({
        "source": { "sourceReference": 5, "presentationHint": "deemphasize", "adapterData": { "a": 1 } },
        "breakpoints": [{ "line": 1, "hitCondition": ">3", "logMessage": "x", "condition": "c", "mode": "m" }],
    }));
    assert_eq!(it.source.source_reference, Some(5));
    assert_eq!(it.source.presentation_hint, Some(SourceHint::Deemphasize));
    let found = &it.wanted()[0];
    let words = [&found.hit_condition, &found.log_message, &found.condition, &found.mode];
    assert_eq!(words.map(|it| it.as_deref().unwrap_or_default()), [">3", "x", "c", "m"]);

    let old: SetBreakpointsArguments = arguments(json!({ "source": { "path": "/a" }, "lines": [1, 2] }));
    assert_eq!(old.wanted().iter().map(|it| it.line).collect::<Vec<_>>(), [1, 2]);

    let it: EvaluateArguments = arguments(json!({
        "expression": "x", "context": "nobody knows", "line": 1, "column": 2, "source": { "path": "/a" },
    }));
    assert_eq!((it.line, it.column), (Some(1), Some(2)));
    let it: DataBreakpointInfoArguments = arguments(json!({ "name": "x", "asAddress": true, "bytes": 8 }));
    assert_eq!((it.as_address, it.bytes), (Some(true), Some(8)));
    let it: InitializeArguments = arguments(json!({
        "clientID": "c", "linesStartAt1": false, "columnsStartAt1": true, "supportsANSIStyling": true,
        "supportsInvalidatedEvent": true, "pathFormat": "uri",
    }));
    assert_eq!(it.client_id.as_deref(), Some("c"));
    assert_eq!((it.lines_start_at_1, it.columns_start_at_1), (Some(false), Some(true)));
    assert_eq!((it.supports_ansi_styling, it.supports_invalidated_event), (Some(true), Some(true)));
    assert!(matches!(it.path_format, Some(PathFormat::Uri)));
}

#[test]
fn failures_name_their_command() {
    let cases = [
        (Failure::cancelled(), json!({ "message": "cancelled", "body": {} })),
        (
            Failure::not_stopped(),
            json!({ "message": "notStopped", "body": { "error":
                { "id": 3, "format": "the program is not stopped", "showUser": false } } }),
        ),
        (
            Failure::shown(ErrorId::Refused, "no { } file"),
            json!({ "message": "no { } file", "body": { "error":
                { "id": 5, "format": "no { } file", "showUser": true } } }),
        ),
    ];
    for (failure, expected) in cases {
        let response = Response { request_seq: 7, command: "launch".to_owned(), result: Err(failure) };
        let message = Outgoing::Response(response).to_json(3);
        assert_valid(&message);
        let mut whole = json!({
            "seq": 3, "type": "response", "request_seq": 7, "success": false, "command": "launch",
        });
        for (key, value) in expected.as_object().expect("it is an object") {
            whole[key] = value.clone();
        }
        assert_eq!(message, whole);
    }
}

#[test]
fn nothing_null_is_sent_but_what_speaks() {
    assert_eq!(
        sent("variables", VariablesBody { variables: vec![Variable::default()] }),
        json!({
            "variables": [{ "name": "", "value": "", "variablesReference": 0 }]
        })
    );
    let nowhere = DataBreakpointInfoBody { description: "not here".to_owned(), ..DataBreakpointInfoBody::default() };
    assert_eq!(sent("dataBreakpointInfo", nowhere), json!({ "dataId": null, "description": "not here" }));
    assert_eq!(sent("next", ()), json!(null));
    assert_eq!(event(Event::Terminated { restart: None }), json!({}));
    assert_eq!(event(Event::Initialized), json!({}));
}

#[test]
fn names_are_those_of_the_protocol() {
    let source = Source {
        name: Some("derivation.nix".to_owned()),
        source_reference: Some(1),
        presentation_hint: Some(SourceHint::Deemphasize),
        ..Source::default()
    };
    let breakpoint = Breakpoint {
        id: Some(1),
        end_line: Some(2),
        end_column: Some(3),
        instruction_reference: Some("0".to_owned()),
        reason: Some(BreakpointReason::Pending),
        source: Some(source.clone()),
        ..Breakpoint::default()
    };
    assert_eq!(
        sent("setBreakpoints", BreakpointsBody { breakpoints: vec![breakpoint.clone()] }),
        json!({
            "breakpoints": [{
                "id": 1, "verified": false, "endLine": 2, "endColumn": 3, "instructionReference": "0", "reason": "pending",
                "source": { "name": "derivation.nix", "sourceReference": 1, "presentationHint": "deemphasize" },
            }]
        })
    );
    sent("continue", ContinueBody { all_threads_continued: Some(true) });
    sent(
        "stepInTargets",
        StepInTargetsBody { targets: vec![StepInTarget { end_line: Some(1), ..Default::default() }] },
    );
    sent("gotoTargets", GotoTargetsBody { targets: vec![GotoTarget::default()] });
    sent("loadedSources", LoadedSourcesBody { sources: vec![source.clone()] });
    sent("source", SourceBody { content: "1".to_owned(), mime_type: Some("text/x-nix".to_owned()) });
    sent("threads", ThreadsBody { threads: vec![Thread { id: 1, name: "main".to_owned() }] });
    sent("evaluate", EvaluateBody { value_location_reference: Some(1), ..Default::default() });
    sent("setVariable", SetVariableBody { value_location_reference: Some(1), ..Default::default() });
    sent("locations", LocationsBody { source: source.clone(), line: 1, end_column: Some(2), ..Default::default() });
    sent("breakpointLocations", BreakpointLocationsBody { breakpoints: vec![BreakpointLocation::default()] });
    sent(
        "completions",
        CompletionsBody {
            targets: vec![CompletionItem { type_field: Some(CompletionItemType::Function), ..Default::default() }],
        },
    );
    sent(
        "exceptionInfo",
        ExceptionInfoBody {
            break_mode: ExceptionBreakMode::UserUnhandled,
            details: Some(ExceptionDetails {
                inner_exception: Some(vec![ExceptionDetails::default()]),
                ..Default::default()
            }),
            ..Default::default()
        },
    );
    let lazy = VariablePresentationHint {
        kind: Some(VariablePresentationHintKind::Property),
        attributes: Some(vec![VariablePresentationHintAttributes::ReadOnly]),
        lazy: Some(true),
        ..Default::default()
    };
    let variable =
        Variable { presentation_hint: Some(lazy), declaration_location_reference: Some(1), ..Default::default() };
    sent("variables", VariablesBody { variables: vec![variable] });
    let scope = Scope {
        presentation_hint: Some(ScopePresentationhint::String("returnValue".to_owned())),
        source: Some(source.clone()),
        ..Default::default()
    };
    sent("scopes", ScopesBody { scopes: vec![scope] });
    let frame = StackFrame {
        source: Some(source.clone()),
        module_id: Some(ModuleId::Number(1)),
        presentation_hint: Some(StackFramePresentationhint::Subtle),
        can_restart: Some(true),
        ..Default::default()
    };
    sent("stackTrace", StackTraceBody { stack_frames: vec![frame], total_frames: Some(1) });
    let instruction = DisassembledInstruction {
        location: Some(source),
        presentation_hint: Some(InstructionHint::Invalid),
        ..Default::default()
    };
    sent("disassemble", DisassembleBody { instructions: vec![instruction] });
    for (id, expected) in [(ModuleId::Number(1), json!(1)), (ModuleId::Text("a".to_owned()), json!("a"))] {
        let found = sent("modules", json!({ "modules": [module(id)] }));
        assert_eq!(found["modules"][0]["id"], expected);
    }
}

fn module(id: ModuleId) -> Module {
    Module {
        id,
        name: "default.nix".to_owned(),
        path: None,
        is_optimized: None,
        is_user_code: Some(true),
        version: None,
        symbol_status: None,
        symbol_file_path: None,
        date_time_stamp: None,
        address_range: None,
    }
}

#[test]
fn events_are_valid() {
    let reasons = [
        (StopReason::Step, "step"),
        (StopReason::Breakpoint, "breakpoint"),
        (StopReason::Exception, "exception"),
        (StopReason::Pause, "pause"),
        (StopReason::Entry, "entry"),
        (StopReason::Goto, "goto"),
        (StopReason::FunctionBreakpoint, "function breakpoint"),
        (StopReason::DataBreakpoint, "data breakpoint"),
        (StopReason::InstructionBreakpoint, "instruction breakpoint"),
    ];
    for (reason, word) in reasons {
        let expected = json!({ "reason": word, "threadId": 1, "allThreadsStopped": true });
        assert_eq!(event(Event::Stopped(Stopped::new(reason, 1))), expected);
    }
    event(Event::Continued(Continued { thread_id: 1, all_threads_continued: None }));
    event(Event::Exited { exit_code: 1 });
    event(Event::Terminated { restart: Some(json!({ "a": 1 })) });
    event(Event::Thread(ThreadEvent { reason: ThreadEventReason::Started, thread_id: 1 }));
    event(Event::Output(Output {
        category: Some(OutputEventCategory::Important),
        group: Some(OutputEventGroup::StartCollapsed),
        location_reference: Some(1),
        ..Default::default()
    }));
    event(Event::Breakpoint(BreakpointEvent {
        reason: BreakpointEventReason::Changed,
        breakpoint: Breakpoint::default(),
    }));
    event(Event::Module(ModuleEvent { reason: ModuleEventReason::New, module: module(ModuleId::Number(1)) }));
    event(Event::LoadedSource(LoadedSourceEvent { reason: LoadedSourceEventReason::New, source: Source::default() }));
    event(Event::Process(Process {
        start_method: Some(ProcessEventStartMethod::AttachForSuspendedLaunch),
        ..Default::default()
    }));
    event(Event::Capabilities(Box::new(capabilities())));
    event(Event::ProgressStart(ProgressStart { percentage: Some(0.5), ..Default::default() }));
    event(Event::ProgressUpdate(ProgressUpdate { percentage: Some(f64::NAN), ..Default::default() }));
    event(Event::ProgressEnd(ProgressEnd::default()));
    event(Event::Invalidated(Invalidated { areas: Some(vec![InvalidatedAreas::Variables]), ..Default::default() }));
    event(Event::Custom { name: "nixscope/time".to_owned(), body: json!({ "now": 3 }) });
}

fn capabilities() -> Capabilities {
    let mut it = Capabilities {
        exception_breakpoint_filters: Some(vec![ExceptionBreakpointsFilter {
            filter: "throw".to_owned(),
            label: "throw".to_owned(),
            supports_condition: Some(true),
            condition_description: Some("a part of the message".to_owned()),
            ..Default::default()
        }]),
        breakpoint_modes: Some(vec![BreakpointMode { applies_to: vec!["source".to_owned()], ..Default::default() }]),
        supports_data_breakpoint_bytes: Some(false),
        supports_ansi_styling: Some(true),
        ..Default::default()
    };
    it.base.supports_step_back = Some(true);
    it.base.support_terminate_debuggee = Some(true);
    it.base.supports_set_variable = Some(false);
    it
}

#[test]
fn capabilities_have_the_names_of_the_protocol() {
    let found = sent("initialize", capabilities());
    assert_eq!(found["exceptionBreakpointFilters"][0]["supportsCondition"], json!(true));
    assert_eq!(found["supportsANSIStyling"], json!(true));
    assert_eq!(found["supportsDataBreakpointBytes"], json!(false));
    assert_eq!(found["breakpointModes"][0]["appliesTo"], json!(["source"]));
    assert_eq!(requests_promised(&capabilities()), ["stepBack", "reverseContinue"]);
}
