//! Findings as a log of the Static Analysis Results Interchange Format, version 2.1.0.

use nixscope_lsp::check::Problem;
use nixscope_lsp::diagnose::{Level, Place};
use nixscope_lsp::ide::{Action, Edit};
use nixscope_lsp::text::{Encoding, Text};
use serde_json::{Value, json};

use super::{Report, Tally};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// All that was found.
pub(super) fn report(reports: &[Report], tally: &Tally) -> String {
    let rules: Vec<Value> = nixscope_lsp::check::kinds()
        .map(|(code, what)| json!({ "id": code, "shortDescription": { "text": what } }))
        .collect();
    let results: Vec<Value> =
        reports.iter().flat_map(|it| it.checked.problems.iter().map(|problem| result(it, problem))).collect();
    let failure = |it: &String| json!({ "level": "error", "message": { "text": it } });
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "nixscope",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "utf16CodeUnits",
            "invocations": [{
                "executionSuccessful": tally.failures.is_empty(),
                "toolExecutionNotifications": tally.failures.iter().map(failure).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(report: &Report, it: &Problem) -> Value {
    let (text, finding) = (&report.checked.text, &it.finding);
    let here = artifact(&report.name);
    let mut result = json!({
        "ruleId": finding.code,
        "level": match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Hint => "note",
        },
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": { "artifactLocation": here, "region": region(text, finding.range) } }],
    });
    if let Some(index) = nixscope_lsp::check::kinds().position(|kind| kind.0 == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            let place = match &related.place {
                Place::Here(start, end) => json!({ "artifactLocation": here, "region": region(text, (*start, *end)) }),
                Place::File(path, [start, end]) => {
                    json!({ "artifactLocation": artifact(path), "region": lines_and_columns(*start, *end) })
                }
            };
            json!({ "id": id, "message": { "text": related.message }, "physicalLocation": place })
        });
        result["relatedLocations"] = related.collect();
    }
    if !it.fixes.is_empty() {
        result["fixes"] = it.fixes.iter().map(|fix| change(text, &here, fix)).collect();
    }
    result
}

fn change(text: &Text, artifact: &Value, fix: &Action) -> Value {
    let replacement = |it: &Edit| {
        json!({
            "deletedRegion": region(text, (it.range.start, it.range.end)),
            "insertedContent": { "text": it.text },
        })
    };
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{ "artifactLocation": artifact, "replacements": replacements }],
    })
}

fn region(text: &Text, (start, end): (u32, u32)) -> Value {
    let place = |offset| {
        let it = text.spot(offset, Encoding::Utf16);
        (it.line, it.column)
    };
    lines_and_columns(place(start), place(end))
}

fn lines_and_columns(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({
        "startLine": start.0 + 1,
        "startColumn": start.1 + 1,
        "endLine": end.0 + 1,
        "endColumn": end.1 + 1,
    })
}

/// A file, by an address: relative to the current folder if it is below.
fn artifact(path: &str) -> Value {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    json!({ "uri": uri })
}
