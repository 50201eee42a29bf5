//! The adapter for Nix under clients that do not wait, do not know what they want, or count differently.

use std::time::{Duration, Instant};

use nixscope_dap_adapter::server::Ending;
use nixscope_dap_adapter::types::{Capabilities, requests_promised};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::Client;
use crate::programs::adapter;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Never ends, and never runs out of anything.
const ENDLESS: &str = "let f = n: if n < 0 then n else f (n + 1); in f 0";

async fn initialized(program: &str, arguments: Value) -> Client {
    let mut client = Client::new(adapter(program));
    client.ask("initialize", arguments).await;
    client
}

/// A client of a program that is launched and begins.
async fn begun(program: &str, launch: Value) -> Client {
    let mut client = initialized(program, json!({ "supportsProgressReporting": true })).await;
    client.ask("launch", launch).await;
    wait(&mut client, "event initialized").await;
    client.ask("configurationDone", json!({})).await;
    client
}

/// Reads until a line begins so; gives it.
async fn wait(client: &mut Client, beginning: &str) -> String {
    loop {
        let line = timeout(PATIENCE, client.line()).await.unwrap_or_else(|_| panic!("no {beginning}"));
        assert_ne!(line, "the end", "no {beginning}");
        if line.starts_with(beginning) {
            return line;
        }
    }
}

#[tokio::test]
async fn what_is_promised_is_answered() {
    let mut client = Client::new(adapter("1"));
    let seq = client.send("initialize", json!({})).await;
    let answer = client.next().await.expect("it answers");
    assert_eq!(answer["request_seq"], json!(seq));
    let flag = |name: &str| answer["body"][name] == json!(true);
    let mut promised = Capabilities::default();
    macro_rules! copy {
        ($($field:ident $name:literal),*) => { $(promised.base.$field = Some(flag($name));)* };
    }
    copy!(
        supports_configuration_done_request "supportsConfigurationDoneRequest",
        supports_function_breakpoints "supportsFunctionBreakpoints",
        supports_step_back "supportsStepBack",
        supports_set_variable "supportsSetVariable",
        supports_restart_frame "supportsRestartFrame",
        supports_goto_targets_request "supportsGotoTargetsRequest",
        supports_step_in_targets_request "supportsStepInTargetsRequest",
        supports_completions_request "supportsCompletionsRequest",
        supports_modules_request "supportsModulesRequest",
        supports_restart_request "supportsRestartRequest",
        supports_exception_info_request "supportsExceptionInfoRequest",
        supports_loaded_sources_request "supportsLoadedSourcesRequest",
        supports_terminate_threads_request "supportsTerminateThreadsRequest",
        supports_set_expression "supportsSetExpression",
        supports_terminate_request "supportsTerminateRequest",
        supports_data_breakpoints "supportsDataBreakpoints",
        supports_read_memory_request "supportsReadMemoryRequest",
        supports_write_memory_request "supportsWriteMemoryRequest",
        supports_disassemble_request "supportsDisassembleRequest",
        supports_breakpoint_locations_request "supportsBreakpointLocationsRequest",
        supports_instruction_breakpoints "supportsInstructionBreakpoints"
    );
    let requests = requests_promised(&promised);
    assert!(requests.len() >= 19, "{requests:?}");
    // Those that every adapter has, and one whose promise is not to a request.
    let always = ["setBreakpoints", "setExceptionBreakpoints", "continue", "next", "stepIn", "stepOut", "pause"];
    let looking = ["stackTrace", "scopes", "variables", "evaluate", "source", "threads", "locations", "launch"];
    for command in requests.into_iter().chain(always).chain(looking) {
        let lines = client.ask(command, json!({})).await;
        let answer = lines.last().expect("it answers");
        assert!(!answer.contains("is not known here"), "{answer}");
    }
    let (_, ending) = client.close().await;
    assert!(matches!(ending, Ending::Input));
}

#[tokio::test]
async fn what_runs_for_ever_can_be_paused_and_left() {
    let mut client = begun(ENDLESS, json!({ "program": "/demo.nix" })).await;
    // Without waiting for anything: all of it is answered, and in this order.
    let seq = client.send("stackTrace", json!({ "threadId": 1 })).await;
    client.send("continue", json!({ "threadId": 1 })).await;
    client.send("evaluate", json!({ "expression": "1" })).await;
    client.send("threads", json!({})).await;
    client.send("setBreakpoints", json!({ "source": { "path": "/lib.nix" }, "breakpoints": [{ "line": 3 }] })).await;
    client.send("pause", json!({ "threadId": 1 })).await;
    for (i, expected) in ["! {} stackTrace notStopped", "! {} continue notStopped", "! {} evaluate notStopped"]
        .into_iter()
        .chain(["← {} threads", "← {} setBreakpoints", "← {} pause"])
        .enumerate()
    {
        let number = (seq + i64::try_from(i).expect("it is small")).to_string();
        assert!(client.line().await.starts_with(&expected.replace("{}", &number)), "{expected}");
    }
    let stopped = wait(&mut client, "event stopped").await;
    assert!(stopped.contains(r#""reason":"pause""#), "{stopped}");
    // A pause that comes with the program about to run is not lost.
    client.send("continue", json!({ "threadId": 1 })).await;
    client.send("pause", json!({ "threadId": 1 })).await;
    wait(&mut client, "event stopped").await;
    client.ask("continue", json!({ "threadId": 1 })).await;
    let begin = Instant::now();
    client.ask("disconnect", json!(null)).await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let (_, ending) = client.rest().await;
    assert!(matches!(ending, Ending::Adapter));
}

#[tokio::test]
async fn what_is_evaluated_for_ever_can_be_cancelled_and_left() {
    let mut client = begun("builtins.break 1", json!({ "program": "/demo.nix" })).await;
    wait(&mut client, "event stopped").await;
    let endless = json!({ "expression": ENDLESS, "context": "repl" });
    let seq = client.send("evaluate", endless.clone()).await;
    let progress = wait(&mut client, "event progressStart").await;
    assert!(progress.contains(&format!(r#""requestId":{seq}"#)), "{progress}");
    client.send("cancel", json!({ "requestId": seq })).await;
    wait(&mut client, &format!("! {seq} evaluate cancelled")).await;
    // By what it shows.
    let seq = client.send("evaluate", endless.clone()).await;
    let progress = wait(&mut client, "event progressStart").await;
    let id = progress.split(r#""progressId":""#).nth(1).and_then(|it| it.split('"').next()).expect("it has a number");
    client.send("cancel", json!({ "progressId": id })).await;
    wait(&mut client, &format!("! {seq} evaluate")).await;
    // What waits is cancelled, too.
    let first = client.send("evaluate", endless.clone()).await;
    let second = client.send("evaluate", endless.clone()).await;
    client.send("cancel", json!({ "requestId": second })).await;
    client.send("cancel", json!({ "requestId": first })).await;
    // The second may be answered before the first, if it was cancelled before its turn came.
    let mut answered = Vec::new();
    while answered.len() < 2 {
        answered.push(wait(&mut client, "! ").await);
    }
    answered.sort();
    assert_eq!(answered, [first, second].map(|it| format!("! {it} evaluate cancelled")));
    let begin = Instant::now();
    client.send("evaluate", endless.clone()).await;
    client.send("evaluate", endless).await;
    client.ask("disconnect", json!({})).await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_nothing_behind() {
    let mut client = begun(ENDLESS, json!({ "program": "/demo.nix" })).await;
    client.bytes(b"Content-Length: 100\r\n\r\n{\"seq\":").await;
    let begin = Instant::now();
    let (_, ending) = client.close().await;
    assert!(matches!(ending, Ending::Input) && begin.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn terminate_ends_what_runs() {
    let mut client = begun(ENDLESS, json!({ "program": "/demo.nix" })).await;
    client.ask("terminate", json!({})).await;
    assert!(wait(&mut client, "event exited").await.contains(r#""exitCode":1"#));
    wait(&mut client, "event terminated").await;
    let lines = client.ask("restart", json!({})).await;
    assert!(lines.iter().any(|it| it.starts_with("← ")), "{lines:?}");
    client.ask("terminate", json!({})).await;
    wait(&mut client, "event terminated").await;
}

#[tokio::test]
async fn a_talkative_program_waits_for_its_client() {
    let program = "builtins.foldl' (a: b: builtins.trace b (a + b)) 0 (builtins.genList (i: i) 20000)";
    let mut client = begun(program, json!({ "program": "/demo.nix" })).await;
    let mut n_lines = 0;
    loop {
        let line = client.line().await;
        n_lines += usize::from(line.contains("trace: "));
        if line.starts_with("event terminated") {
            break;
        }
    }
    assert_eq!(n_lines, 20000);
}

#[tokio::test]
async fn lines_and_columns_are_counted_as_the_client_does() {
    let program = "let s = \"ü🦀\"; f = x: x + 1; in f 1";
    let zero = json!({ "linesStartAt1": false, "columnsStartAt1": false, "pathFormat": "uri" });
    for (arguments, line, path, column, expected) in [
        (json!({}), 1, "/demo.nix", 23, r#""column":23,"endColumn":24,"endLine":1"#),
        (zero, 0, "file:///demo.nix", 22, r#""column":22,"endColumn":23,"endLine":0"#),
    ] {
        for loads_first in [true, false] {
            let mut client = initialized(program, arguments.clone()).await;
            if loads_first {
                client.ask("launch", json!({ "program": "/demo.nix" })).await;
                wait(&mut client, "event initialized").await;
            }
            let breakpoints = json!([{ "line": line, "column": column }]);
            let wanted = json!({ "source": { "path": path }, "breakpoints": breakpoints });
            let mut lines = client.ask("setBreakpoints", wanted).await;
            if !loads_first {
                lines = client.ask("launch", json!({ "program": "/demo.nix" })).await;
                lines.retain(|it| it.starts_with("event breakpoint"));
            }
            let told = lines.last().expect("it is told of");
            assert!(told.contains(expected) && told.contains(path), "{told}");
        }
    }
}

#[tokio::test]
async fn deep_stacks_come_in_pages() {
    let program = "let f = n: if n == 0 then builtins.break 0 else 1 + f (n - 1); in f 30000";
    let mut client = begun(program, json!({ "program": "/demo.nix" })).await;
    wait(&mut client, "event stopped").await;
    for (arguments, n) in [
        (json!({ "threadId": 1, "startFrame": 10, "levels": 20 }), 20),
        (json!({ "threadId": 1, "startFrame": 1_000_000, "levels": 20 }), 0),
        (json!({ "threadId": 1, "startFrame": -5, "levels": -1 }), 10_000),
    ] {
        client.send("stackTrace", arguments.clone()).await;
        let answer = client.next().await.expect("it answers");
        let frames = answer["body"]["stackFrames"].as_array().expect("it has frames");
        assert_eq!(frames.len(), n, "{arguments}");
        assert!(answer["body"]["totalFrames"].as_i64() > Some(30_000), "{}", answer["body"]["totalFrames"]);
    }
}

#[tokio::test]
async fn strange_arguments_are_answered() {
    let mut client = begun("let a = [ 1 2 3 ]; in builtins.break a", json!({ "program": "/demo.nix" })).await;
    wait(&mut client, "event stopped").await;
    let max = i64::MAX;
    let cases = [
        ("variables", json!({ "variablesReference": max })),
        ("variables", json!({ "variablesReference": -1, "start": -1, "count": max })),
        ("scopes", json!({ "frameId": max })),
        ("evaluate", json!({ "expression": "" })),
        ("evaluate", json!({ "expression": "\u{0}" })),
        ("evaluate", json!({ "expression": "(".repeat(100_000) })),
        ("evaluate", json!({ "expression": ":", "context": "repl" })),
        ("evaluate", json!({ "expression": ":print (", "context": "repl" })),
        ("evaluate", json!({ "expression": "1", "frameId": max })),
        ("completions", json!({ "text": "ü🦀.", "column": 3 })),
        ("completions", json!({ "text": "", "column": max, "line": max })),
        ("completions", json!({ "text": ":", "column": -5 })),
        ("setBreakpoints", json!({ "source": {}, "breakpoints": [] })),
        ("setBreakpoints", json!({ "source": { "sourceReference": max }, "breakpoints": [{ "line": 1 }] })),
        ("setBreakpoints", json!({ "source": { "sourceReference": 77 }, "breakpoints": [{ "line": 1 }] })),
        (
            "setBreakpoints",
            json!({ "source": { "path": "demo.nix" }, "breakpoints": [{ "line": -7 }, { "line": max }] }),
        ),
        ("setBreakpoints", json!({ "source": { "path": "/demo.nix" }, "breakpoints": [{ "line": 1, "column": max }] })),
        ("setBreakpoints", json!({ "source": { "path": "" }, "lines": [1, 2] })),
        ("setFunctionBreakpoints", json!({ "breakpoints": [{ "name": "" }, { "name": "*".repeat(10_000) }] })),
        ("setInstructionBreakpoints", json!({ "breakpoints": [{ "instructionReference": "0x0", "offset": max }] })),
        ("setDataBreakpoints", json!({ "breakpoints": [{ "dataId": "" }] })),
        ("dataBreakpointInfo", json!({ "name": "a" })),
        ("dataBreakpointInfo", json!({ "name": "a", "variablesReference": max })),
        (
            "breakpointLocations",
            json!({ "source": { "path": "/demo.nix" }, "line": 1, "column": max, "endColumn": -9 }),
        ),
        (
            "breakpointLocations",
            json!({ "source": { "path": "/demo.nix" }, "line": 1, "endLine": max, "endColumn": max }),
        ),
        ("gotoTargets", json!({ "source": { "path": "/demo.nix" }, "line": max, "column": max })),
        ("goto", json!({ "threadId": 1, "targetId": -1 })),
        ("stepIn", json!({ "threadId": 1, "targetId": max })),
        ("restartFrame", json!({ "frameId": max })),
        ("source", json!({ "sourceReference": max })),
        ("source", json!({ "source": { "path": "/nobody" }, "sourceReference": 0 })),
        ("disassemble", json!({ "memoryReference": "0xffffffff", "instructionOffset": max, "instructionCount": 5 })),
        (
            "disassemble",
            json!({ "memoryReference": "0x0", "instructionOffset": -3, "instructionCount": 5, "offset": -max }),
        ),
        ("disassemble", json!({ "memoryReference": "0x0", "instructionCount": -1 })),
        ("modules", json!({ "startModule": max, "moduleCount": max })),
        ("locations", json!({ "locationReference": 0 })),
        (
            "setExceptionBreakpoints",
            json!({ "filters": ["all"], "filterOptions": [{ "filterId": "all", "condition": "/[/" }] }),
        ),
    ];
    for (command, arguments) in cases {
        let lines = client.ask(command, arguments.clone()).await;
        assert!(!lines.last().is_some_and(|it| it.contains("given up")), "{command} {arguments}: {lines:?}");
    }
    let lines = client.ask("evaluate", json!({ "expression": "1 + 1" })).await;
    assert!(lines[0].contains(r#""result":"2""#), "{lines:?}");
}
