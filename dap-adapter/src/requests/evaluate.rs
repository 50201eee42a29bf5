//! Expressions in the scope of a frame: `evaluate` and `completions`. They run on the side: the program does not notice,
//! however they end.

use nixscope_engine::debug::value::{self, Filter};
use nixscope_engine::source::Span;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Budget, Fault};

use super::read;
use crate::adapter::{Look, NixAdapter};
use crate::handles::Shown;
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::types::{
    CompletionItem, CompletionItemType, CompletionsArguments, CompletionsBody, EvaluateArguments,
    EvaluateArgumentsContext, EvaluateBody,
};

/// What is used for a glance.
const HOVER: Budget = Budget { fuel: 2_000_000, heap: 256 << 20 };
/// What is used for something that is shown at every stop.
const WATCH: Budget = Budget { fuel: 100_000_000, heap: 1 << 30 };
/// What is used for something that somebody asked for, and may cancel.
const ASKED: Budget = Budget { fuel: 100_000_000_000, heap: 4 << 30 };
/// How much of a value the clipboard takes, in bytes.
const CLIPBOARD: usize = 4 << 20;
/// How many completions are offered.
const MAX_COMPLETIONS: usize = 500;

impl NixAdapter {
    pub(crate) fn evaluate(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<EvaluateArguments>(request, ticket) else { return };
        self.look(ticket, move |look| look.evaluate(&arguments));
    }

    pub(crate) fn completions(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<CompletionsArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let frame = arguments.frame_id.map(|it| look.frame(it)).transpose()?;
            Ok(CompletionsBody { targets: look.completions(frame, &arguments) })
        });
    }
}

impl Look<'_> {
    fn evaluate(&mut self, arguments: &EvaluateArguments) -> Result<EvaluateBody, Failure> {
        let frame = arguments.frame_id.map(|it| self.frame(it)).transpose()?;
        let budget = match arguments.context {
            Some(EvaluateArgumentsContext::Hover) => HOVER,
            Some(EvaluateArgumentsContext::Watch | EvaluateArgumentsContext::Variables) => WATCH,
            _ => ASKED,
        };
        let text = arguments.expression.as_str();
        let value = self.aside(|look| look.session.evaluate(frame, text, budget)).map_err(|it| self.failure(&it))?;
        let is_for_clipboard = matches!(arguments.context, Some(EvaluateArgumentsContext::Clipboard));
        let shown = Shown { value, path: Some(format!("({text})")), is_aside: true };
        let told = self.variable(String::new(), Span::NONE, shown);
        Ok(EvaluateBody {
            result: match is_for_clipboard {
                true => value::full_text(self.session.vm(), value, CLIPBOARD),
                false => told.value,
            },
            type_name: told.type_name,
            presentation_hint: told.presentation_hint,
            variables_reference: told.variables_reference,
            named_variables: told.named_variables,
            indexed_variables: told.indexed_variables,
            memory_reference: None,
            value_location_reference: told.value_location_reference,
        })
    }

    fn failure(&self, fault: &Fault) -> Failure {
        if self.cancel.is_cancelled() {
            return Failure::cancelled();
        }
        Failure::new(ErrorId::Refused, fault.data().message.clone())
    }

    fn completions(&mut self, frame: Option<usize>, arguments: &CompletionsArguments) -> Vec<CompletionItem> {
        let line = arguments.line.and_then(|it| self.shared.client.line_from(it)).unwrap_or_default();
        let line = arguments.text.split('\n').nth(line as usize).unwrap_or_default();
        let column = self.shared.client.column_from(arguments.column) as usize;
        let before: String = up_to_utf16(line, column);
        let (base, prefix) = what_is_typed(&before);
        let (names, kind) = match base {
            Some(base) => (self.names_of(frame, base), CompletionItemType::Property),
            None => (self.names_in(frame), CompletionItemType::Variable),
        };
        let start = before.encode_utf16().count() - prefix.encode_utf16().count();
        let length = i64::try_from(prefix.encode_utf16().count()).ok();
        let fits = names.into_iter().filter(|it| it.0.starts_with(prefix));
        let item = |(label, detail): (String, String)| CompletionItem {
            label,
            detail: Some(detail),
            type_field: Some(kind.clone()),
            start: Some(self.shared.client.column_of(start)),
            length,
            ..CompletionItem::default()
        };
        fits.take(MAX_COMPLETIONS).map(item).collect()
    }

    /// The names in scope, and what they are.
    fn names_in(&mut self, frame: Option<usize>) -> Vec<(String, String)> {
        let scopes = frame.map(|it| self.session.scopes(it)).unwrap_or_default();
        let vm = self.session.vm();
        let mut names = Vec::new();
        for it in scopes.into_iter().flat_map(|it| it.variables) {
            if it.name.is_empty() {
                let inner = value::children(vm, it.value, Filter::Named, 0, MAX_COMPLETIONS);
                let inner = inner.into_iter().filter(|it| it.text.is_none());
                names.extend(inner.map(|it| (it.name, value::type_name(vm, it.value).to_owned())));
            } else {
                names.push((it.name, value::type_name(vm, it.value).to_owned()));
            }
        }
        names.push(("builtins".to_owned(), "set".to_owned()));
        names
    }

    /// The attributes of what an expression stands for, as far as a glance tells.
    fn names_of(&mut self, frame: Option<usize>, base: &str) -> Vec<(String, String)> {
        let found: Result<Value, Fault> = self.aside(|look| look.session.evaluate(frame, base, HOVER));
        let Ok(set) = found else { return Vec::new() };
        let vm = self.session.vm();
        if !vm.settled(set).is_some_and(Value::is_attrs) {
            return Vec::new();
        }
        let children = value::children(vm, set, Filter::Named, 0, usize::MAX);
        children.into_iter().map(|it| (it.name, value::type_name(vm, it.value).to_owned())).collect()
    }
}

/// The beginning of a line, so many UTF-16 code units long.
fn up_to_utf16(line: &str, n: usize) -> String {
    let mut left = n;
    line.chars()
        .take_while(|it| {
            left >= it.len_utf16() && {
                left -= it.len_utf16();
                true
            }
        })
        .collect()
}

/// What stands before the last dot of the path that is being typed, and what after it.
fn what_is_typed(before: &str) -> (Option<&str>, &str) {
    let is_part = |it: char| it.is_alphanumeric() || "_'-.".contains(it);
    let path = &before[before.trim_end_matches(is_part).len()..];
    match path.rsplit_once('.') {
        Some((base, prefix)) => (Some(base), prefix),
        None => (None, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_typed() {
        let cases = [
            ("1 + lib.str", (Some("lib"), "str")),
            ("f a.b.", (Some("a.b"), "")),
            ("(x", (None, "x")),
            ("", (None, "")),
        ];
        for (before, expected) in cases {
            assert_eq!(what_is_typed(before), expected, "{before}");
        }
        assert_eq!(up_to_utf16("a🦀b", 3), "a🦀");
        assert_eq!(up_to_utf16("a🦀b", 2), "a");
    }
}
