//! Findings for people: the lines of code with what is found in them, and what may be done about it.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};
use nixscope_engine::session::report::Style;
use nixscope_lsp::check::Problem;
use nixscope_lsp::diagnose::{Level, Place};
use nixscope_lsp::text::Encoding;

use super::{Report, Tally};

/// No more bytes of a place are shown.
const MAX_SHOWN: usize = 4_000;

/// All that was found in a text.
pub(super) fn report(report: &Report, style: Style) -> String {
    let renderer = match style {
        Style::Colour => Renderer::styled(),
        Style::Plain => Renderer::plain(),
    };
    let mut text = String::new();
    for problem in &report.checked.problems {
        text.push_str(&renderer.render(&groups(report, problem)));
        text.push_str("\n\n");
    }
    text
}

fn groups<'r>(report: &'r Report, problem: &'r Problem) -> Vec<Group<'r>> {
    let finding = &problem.finding;
    let level = match finding.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Hint => Title::INFO.with_name("hint"),
    };
    let title = level.primary_title(&*finding.message).id(finding.code);
    let mut first = title.element(snippet(report, finding.range));
    if let Some(fix) = problem.fixes.first() {
        first = first.element(Title::HELP.message(&*fix.title));
    }
    let mut groups = vec![first];
    for related in &finding.related {
        let title = Title::NOTE.secondary_title(&*related.message);
        groups.push(match &related.place {
            Place::Here(start, end) => title.element(snippet(report, (*start, *end))),
            Place::File(path, [(line, column), _]) => {
                let (line, column) = (*line as usize + 1, *column as usize + 1);
                title.element(Origin::path(&**path).line(line).char_column(column))
            }
        });
    }
    groups
}

/// The lines of a place, of a long one the first.
fn snippet(report: &Report, (start, end): (u32, u32)) -> Snippet<'_, Annotation<'_>> {
    let text = report.checked.text.as_str();
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&it| text.is_char_boundary(it)).unwrap_or(0);
    let start = floor(start as usize);
    let end = floor((end as usize).min(start + MAX_SHOWN)).max(start);
    let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
    let last = text[end..].find('\n').map_or(text.len(), |it| end + it);
    // Of a line without end only what is near is shown.
    let line = line.max(floor(start.saturating_sub(MAX_SHOWN)));
    let last = last.min(floor(end + MAX_SHOWN));
    let number = report.checked.text.spot(start as u32, Encoding::Utf8).line as usize + 1;
    let here = AnnotationKind::Primary.span(start - line..end - line);
    Snippet::source(&text[line..last]).line_start(number).path(&*report.name).annotation(here)
}

/// How many there were of what.
pub(super) fn summary(tally: &Tally) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    format!(
        "{}, {}, {} in {}\n",
        count(tally.errors, "error"),
        count(tally.warnings, "warning"),
        count(tally.hints, "hint"),
        count(tally.files, "file"),
    )
}
