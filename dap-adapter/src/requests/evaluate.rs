//! Expressions in the scope of a frame: `evaluate` and `completions`. They run on the side: the program does not notice,
//! however they end.

use nixscope_engine::console::{Completion, CompletionKind};
use nixscope_engine::debug::value;
use nixscope_engine::source::Span;
use nixscope_engine::vm::{Budget, Fault};

use super::read;
use crate::adapter::{Look, NixAdapter};
use crate::handles::Shown;
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::shared::lock;
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
/// The command that takes an expression.
const PRINT: &str = "print ";

impl NixAdapter {
    pub(crate) fn evaluate(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<EvaluateArguments>(request, ticket) else { return };
        let is_console = matches!(arguments.context, Some(EvaluateArgumentsContext::Repl) | None);
        if let Some(line) = arguments.expression.trim_start().strip_prefix(':').filter(|_| is_console) {
            return self.command(ticket, line.to_owned(), arguments.frame_id);
        }
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

    /// What the text could go on with: a command after a colon, else an expression.
    fn completions(&mut self, frame: Option<usize>, arguments: &CompletionsArguments) -> Vec<CompletionItem> {
        let client = &self.shared.client;
        let line = arguments.line.and_then(|it| client.line_from(it)).unwrap_or_default();
        let line = arguments.text.split('\n').nth(line as usize).unwrap_or_default();
        let before = up_to_utf16(line, client.column_from(arguments.column) as usize);
        let (typed, n_before, n_added) = match before.strip_prefix(':') {
            Some(command) => (command.to_owned(), 1, 0),
            None => (format!("{PRINT}{before}"), 0, PRINT.len()),
        };
        let mut console = lock(&self.shared.console);
        if let Some(frame) = frame {
            console.select(self.session, frame);
        }
        let found = console.complete(self.session, &typed, typed.len());
        let item = |it: Completion| {
            let start = before.get(..n_before + it.start.checked_sub(n_added)?)?.encode_utf16().count();
            Some(CompletionItem {
                label: it.text,
                detail: Some(it.detail).filter(|it| !it.is_empty()),
                type_field: Some(kind(it.kind)),
                start: Some(client.column_of(start)),
                length: i64::try_from(before.encode_utf16().count() - start).ok(),
                ..CompletionItem::default()
            })
        };
        found.into_iter().filter_map(item).collect()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemType {
    match kind {
        CompletionKind::Command | CompletionKind::Word => CompletionItemType::Keyword,
        CompletionKind::Variable => CompletionItemType::Variable,
        CompletionKind::Attribute => CompletionItemType::Property,
        CompletionKind::Builtin => CompletionItemType::Function,
        CompletionKind::File => CompletionItemType::File,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_units() {
        assert_eq!(up_to_utf16("a🦀b", 3), "a🦀");
        assert_eq!(up_to_utf16("a🦀b", 2), "a");
        assert_eq!(up_to_utf16("ab", 9), "ab");
    }
}
