// What a person can ask about a text: its value, why it was computed, its instructions, how it is evaluated.
// Where the server does not offer something, that is said in one line, and nothing else happens.

import * as vscode from 'vscode';
import type { Position } from 'vscode-languageclient';
import type { PlaceArgument, WhyLine } from './contract';
import type { Documents } from './documents';
import type { Server } from './server';

/** A place as code lenses of the server name it. */
interface Lens {
  uri: string;
  position: Position;
}

/** Registers the commands. */
export function registerCommands(
  context: vscode.ExtensionContext,
  server: Server,
  documents: Documents,
): vscode.Disposable[] {
  const register = vscode.commands.registerCommand;
  return [
    register('nixscope.openExample', () => openExample(context)),
    register('nixscope.restart', () => server.restart()),
    register('nixscope.showOutput', () => server.showOutput()),
    register('nixscope.showValue', (lens?: Lens) => showValue(server, documents, placeOf(lens))),
    register('nixscope.showWhy', () => showWhy(server, placeOf())),
    register('nixscope.showBytecode', () => showBytecode(server, documents)),
    register('nixscope.showResult', (lens?: Lens) => showResult(server, placeOf(lens))),
    register('nixscope.chooseEntry', () => chooseEntry(server)),
    register('nixscope.evaluateAnew', async () => {
      if ((await server.command('nixscope.reload', {})) === undefined) tell(server, 'evaluate everything anew');
    }),
  ];
}

/** The place a code lens is at, or where the cursor is. */
function placeOf(lens?: Lens): PlaceArgument | undefined {
  if (lens?.uri !== undefined && lens.position !== undefined) {
    return { textDocument: { uri: lens.uri }, position: lens.position };
  }
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'nix') return undefined;
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

/** Opens a small program of one's own to try things on, which is a file so that it can be debugged. */
async function openExample(context: vscode.ExtensionContext): Promise<void> {
  const uri = vscode.Uri.joinPath(context.globalStorageUri, 'example.nix');
  try {
    await vscode.workspace.fs.stat(uri);
  } catch {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'walkthrough', 'example.nix'), uri);
  }
  await vscode.window.showTextDocument(uri);
}

/** Says in one line why nothing happens. */
function tell(server: Server, what: string): void {
  const why = server.isRunning ? `the language server that runs cannot ${what}` : 'the language server does not run';
  vscode.window.setStatusBarMessage(`nixscope: ${why}`, 5000);
}

async function showValue(server: Server, documents: Documents, place?: PlaceArgument): Promise<void> {
  if (place === undefined) return;
  const value = await server.command('nixscope.value', place);
  if (value === undefined) tell(server, 'show values');
  else if (value === null) vscode.window.setStatusBarMessage('nixscope: there is no value here', 5000);
  else await documents.show(value.uri, value.text, 'nix');
}

async function showBytecode(server: Server, documents: Documents): Promise<void> {
  const place = placeOf();
  if (place === undefined) return;
  const code = await server.command('nixscope.bytecode', { textDocument: place.textDocument });
  if (code) await documents.show(code.uri, code.text, 'plaintext');
  else tell(server, 'show bytecode');
}

async function showResult(server: Server, place?: PlaceArgument): Promise<void> {
  if (place === undefined) return;
  const result = await server.command('nixscope.runExample', place);
  if (!result) return tell(server, 'run examples');
  const show = result.ok ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  void show(result.text);
}

/** Lists who needed the value at the cursor, and shows each place while one goes through the list. */
async function showWhy(server: Server, place?: PlaceArgument): Promise<void> {
  if (place === undefined) return;
  const why = await server.command('nixscope.why', place);
  if (why === undefined) return tell(server, 'say why something was computed');
  if (why === null || why.lines.length === 0) {
    vscode.window.setStatusBarMessage('nixscope: nothing was computed here', 5000);
    return;
  }
  const items = why.lines.map((line) => {
    const where = line.uri ? vscode.workspace.asRelativePath(vscode.Uri.parse(line.uri)) : '';
    const number = line.range ? `:${line.range.start.line + 1}` : '';
    return { label: line.text.trim(), description: where + number, line };
  });
  const picker = vscode.window.createQuickPick<(typeof items)[number]>();
  picker.title = 'Why was this computed?';
  picker.placeholder = 'Who needed it, the nearest first';
  picker.items = items;
  picker.onDidChangeActive(([it]) => it && void reveal(it.line, true));
  picker.onDidAccept(() => {
    const chosen = picker.activeItems[0];
    picker.hide();
    if (chosen) void reveal(chosen.line, false);
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

async function reveal(line: WhyLine, isPreview: boolean): Promise<void> {
  if (!line.uri || !line.range) return;
  const { start, end } = line.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(line.uri), {
    selection,
    preserveFocus: isPreview,
    preview: isPreview,
  });
}

/** Lets a person choose how the file is evaluated, or leave that to the server. */
async function chooseEntry(server: Server): Promise<void> {
  const place = placeOf();
  if (place === undefined) return;
  const { textDocument } = place;
  const answer = await server.command('nixscope.entries', { textDocument });
  if (!answer) return tell(server, 'evaluate files in other ways than as they are');
  const marks = (id: string) => [id === answer.active ? 'now' : '', id === answer.pinned ? 'pinned' : ''];
  const entries = answer.entries.map((it) => ({
    label: it.label,
    description: [it.kind, ...marks(it.id)].filter((mark) => mark !== '').join(', '),
    detail: it.expression ?? 'the file as it is',
    entry: it.id as string | null,
  }));
  const automatic = { label: '$(wand) Choose automatically', description: '', detail: '', entry: null };
  const own = { label: '$(edit) An expression…', description: 'what calls this file', detail: '', entry: undefined };
  const chosen = await vscode.window.showQuickPick([...entries, automatic, own], {
    title: 'How is this file evaluated?',
    placeHolder: 'The file itself, or something that uses it',
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  if (chosen.entry !== undefined) await server.command('nixscope.pin', { textDocument, entry: chosen.entry });
  else {
    const expression = await vscode.window.showInputBox({
      title: 'An expression that uses this file',
      value: `import ./${vscode.workspace.asRelativePath(vscode.Uri.parse(textDocument.uri)).split('/').at(-1)} { }`,
    });
    if (expression) await server.command('nixscope.pin', { textDocument, entry: 'setting', expression });
  }
}
