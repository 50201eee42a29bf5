// What is shown in the text while a program stands still: values behind the names of the scope, and values of paths
// such as `a.b.c` under the mouse. Both only ask for what the adapter shows anyway, so nothing is computed for them
// but what a hover may.

import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { pathAt, tokens, variables } from '../tokens';

/** How many characters of a value are shown behind a name. */
const WIDTH = 60;
/** How many lines before the one where the program stands have values. */
const LINES = 200;

/** Values behind names. */
export class InlineValues implements vscode.InlineValuesProvider {
  async provideInlineValues(
    document: vscode.TextDocument,
    viewPort: vscode.Range,
    context: vscode.InlineValueContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineValue[]> {
    const session = vscode.debug.activeDebugSession;
    if (session?.type !== 'nixscope') return [];
    let visible: Map<string, Visible>;
    try {
      visible = await namesInScope(session, context.frameId, token);
    } catch {
      // The program went on meanwhile: its frames mean nothing any more.
      return [];
    }
    const last = context.stoppedLocation.end.line;
    const first = Math.max(viewPort.start.line, last - LINES);
    const shown: vscode.InlineValue[] = [];
    const seen = new Set<string>();
    for (const it of variables(tokens(document.getText()))) {
      const range = new vscode.Range(document.positionAt(it.start), document.positionAt(it.end));
      const line = range.start.line;
      if (line < first || line > Math.min(last, viewPort.end.line)) continue;
      const value = visible.get(it.text);
      const key = `${line} ${it.text}`;
      if (value?.text === undefined || seen.has(key)) continue;
      if (value.scope && !value.scope.contains(range)) continue;
      seen.add(key);
      shown.push(new vscode.InlineValueText(range, `${it.text} = ${value.text}`));
    }
    return shown;
  }
}

interface Visible {
  /** Its value; none if there is nothing to show, though the name hides others. */
  text: string | undefined;
  /** Where the name means this, if the adapter says so. */
  scope: vscode.Range | undefined;
}

/** What names stand for in a frame, the innermost scope first. What nobody needed yet has no value to show. */
async function namesInScope(
  session: vscode.DebugSession,
  frameId: number,
  token: vscode.CancellationToken,
): Promise<Map<string, Visible>> {
  const found = new Map<string, Visible>();
  const { scopes }: DebugProtocol.ScopesResponse['body'] = await session.customRequest('scopes', { frameId });
  for (const scope of scopes) {
    if (scope.expensive || token.isCancellationRequested) continue;
    const argument = { variablesReference: scope.variablesReference, start: 0, count: 200 };
    const answer: DebugProtocol.VariablesResponse['body'] = await session.customRequest('variables', argument);
    const range =
      scope.line === undefined || scope.endLine === undefined
        ? undefined
        : new vscode.Range(scope.line - 1, (scope.column ?? 1) - 1, scope.endLine - 1, scope.endColumn ?? 10_000);
    for (const it of answer.variables) {
      if (found.has(it.name)) continue;
      // What nobody needed yet has no value, and that of a function says less than its text.
      const isSilent = it.presentationHint?.lazy || it.value.startsWith('«') || it.type?.endsWith('function');
      if (isSilent) {
        found.set(it.name, { text: undefined, scope: undefined });
        continue;
      }
      const text = it.value.length > WIDTH ? `${it.value.slice(0, WIDTH)}…` : it.value;
      found.set(it.name, { text: text.replace(/\s+/g, ' '), scope: range });
    }
  }
  return found;
}

/** What is evaluated for a hover: the path of names up to the word under the mouse. */
export class Evaluatable implements vscode.EvaluatableExpressionProvider {
  provideEvaluatableExpression(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): vscode.EvaluatableExpression | undefined {
    const selected = pathAt(tokens(document.getText()), document.offsetAt(position));
    if (selected === undefined) return undefined;
    const range = new vscode.Range(document.positionAt(selected.start), document.positionAt(selected.end));
    return new vscode.EvaluatableExpression(range, selected.names.join('.'));
  }
}
