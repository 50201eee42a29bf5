//! Findings as one JSON object. Lines and columns are counted from 1, columns in UTF-16 code units; offsets are bytes
//! from 0.

use nixscope_lsp::check::Problem;
use nixscope_lsp::diagnose::{Level, Place};
use nixscope_lsp::ide::Action;
use nixscope_lsp::text::{Encoding, Text};
use serde_json::{Value, json};

use super::{Report, Tally};

/// All that was found.
pub(super) fn report(reports: &[Report], tally: &Tally) -> String {
    let found: Vec<Value> =
        reports.iter().flat_map(|it| it.checked.problems.iter().map(|problem| problem_of(it, problem))).collect();
    let all = json!({
        "files": tally.files,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "hints": tally.hints,
        "failures": tally.failures,
        "problems": found,
    });
    format!("{all:#}\n")
}

fn problem_of(report: &Report, it: &Problem) -> Value {
    let text = &report.checked.text;
    let related = it.finding.related.iter().map(|related| {
        let (path, range) = match &related.place {
            Place::Here(start, end) => (&report.name, range(text, (*start, *end))),
            Place::File(path, [start, end]) => (path, json!({ "start": spot(*start), "end": spot(*end) })),
        };
        json!({ "message": related.message, "path": path, "range": range })
    });
    json!({
        "path": report.name,
        "range": range(text, it.finding.range),
        "severity": match it.finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Hint => "hint",
        },
        "code": it.finding.code,
        "message": it.finding.message,
        "related": related.collect::<Vec<_>>(),
        "fixes": it.fixes.iter().map(|it| fix(text, it)).collect::<Vec<_>>(),
    })
}

fn fix(text: &Text, it: &Action) -> Value {
    let edit =
        |it: &nixscope_lsp::ide::Edit| json!({ "range": range(text, (it.range.start, it.range.end)), "text": it.text });
    json!({ "title": it.title, "edits": it.edits.iter().map(edit).collect::<Vec<_>>() })
}

fn range(text: &Text, (start, end): (u32, u32)) -> Value {
    let place = |offset: u32| {
        let it = text.spot(offset, Encoding::Utf16);
        json!({ "line": it.line + 1, "column": it.column + 1, "offset": offset })
    };
    json!({ "start": place(start), "end": place(end) })
}

fn spot((line, column): (u32, u32)) -> Value {
    json!({ "line": line + 1, "column": column + 1 })
}
