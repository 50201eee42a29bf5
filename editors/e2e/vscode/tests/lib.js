// What tests share: waiting for conditions, files of the workspace, settings, and watching a debug session.

const vscode = require('vscode');
const assert = require('node:assert/strict');

const ID = 'a-nixscope.nixscope';

/** Asks again and again until there is an answer; fails with what was seen last. */
async function until(what, condition, millis = 45000) {
  const end = Date.now() + millis;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`never: ${what}; last: ${last?.stack ?? JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const root = () => vscode.workspace.workspaceFolders[0].uri;
const uriOf = (name) => vscode.Uri.joinPath(root(), name);

/** Opens a file of the workspace in an editor. */
async function open(name) {
  const document = await vscode.workspace.openTextDocument(uriOf(name));
  return await vscode.window.showTextDocument(document, { preview: false });
}

/** Gives a file of the workspace a text, and opens it. */
async function write(name, text) {
  const isOpen = vscode.workspace.textDocuments.some((it) => it.uri.toString() === uriOf(name).toString());
  // What is open is not written past the editor, which would read it again at a time of its own.
  if (!isOpen) await vscode.workspace.fs.writeFile(uriOf(name), Buffer.from(text));
  const editor = await open(name);
  await replace(editor, text);
  return editor;
}

/** Gives an editor another text. An edit that something else came before is refused, and tried again. */
async function replace(editor, text) {
  const { document } = editor;
  await until('the text', async () => {
    if (document.getText() === text) return true;
    await editor.edit((it) => it.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
    return document.getText() === text;
  });
}

/** The place of a word in a document; the nth of them, and so far into it. */
function place(document, word, nth = 0, into = 0) {
  let at = -1;
  for (let i = 0; i <= nth; i += 1) at = document.getText().indexOf(word, at + 1);
  assert(at >= 0, `${word} is not in the text`);
  return document.positionAt(at + into);
}

/** Changes settings while something is done. */
async function having(settings, action) {
  const configuration = () => vscode.workspace.getConfiguration();
  for (const [name, value] of Object.entries(settings)) {
    await configuration().update(name, value, vscode.ConfigurationTarget.Workspace);
  }
  try {
    return await action();
  } finally {
    for (const name of Object.keys(settings)) {
      await configuration().update(name, undefined, vscode.ConfigurationTarget.Workspace);
    }
  }
}

/** The texts of the hover at a place. */
async function hover(document, position) {
  const found = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, position);
  return found.flatMap((it) => it.contents.map((content) => content.value ?? String(content))).join('\n');
}

/** The texts of the hints in a document. */
async function hints(document) {
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand('vscode.executeInlayHintProvider', document.uri, all);
  return found.map((it) => (typeof it.label === 'string' ? it.label : it.label.map((part) => part.value).join('')));
}

/** Closes editors, ends sessions and removes breakpoints. */
async function close() {
  await vscode.debug.stopDebugging();
  await until('no session', () => vscode.debug.activeDebugSession === undefined);
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  for (const it of vscode.window.visibleTextEditors) if (it.document.isDirty) await it.document.save();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** The extension, once it is there. */
async function extension() {
  const found = vscode.extensions.getExtension(ID);
  await found.activate();
  return found;
}

/** Whether the server offers a command. */
async function offers(command) {
  return (await vscode.commands.getCommands(true)).includes(command);
}

/** A session that is watched: what the adapter says, in order. */
class Watched {
  constructor() {
    this.messages = [];
    this.stops = 0;
    this.output = '';
    this.factory = vscode.debug.registerDebugAdapterTrackerFactory('nixscope', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (it) => {
          this.messages.push(it);
          if (it.event === 'stopped') this.stops += 1;
          if (it.event === 'output') this.output += it.body.output;
        },
      }),
    });
    this.ended = new Promise((resolve) => {
      this.end = vscode.debug.onDidTerminateDebugSession((it) => {
        if (it.type === 'nixscope') resolve();
      });
    });
  }

  get session() {
    return vscode.debug.activeDebugSession;
  }

  /** Does something, and waits until the program has stopped and the editor knows the frame. */
  async stop(action) {
    const before = this.stops;
    await action();
    await until('a stop', () => this.stops > before);
    await until('a frame', () => vscode.debug.activeStackItem?.frameId !== undefined);
    const { stackFrames } = await this.session.customRequest('stackTrace', { threadId: 1, startFrame: 0, levels: 20 });
    await until('the frame in front', () => vscode.debug.activeStackItem?.frameId === stackFrames[0].id);
    return stackFrames;
  }

  /** The variables of the scopes that cost nothing, by name. */
  async variables(frameId) {
    const { scopes } = await this.session.customRequest('scopes', { frameId });
    const found = {};
    for (const scope of scopes.filter((it) => !it.expensive)) {
      const argument = { variablesReference: scope.variablesReference };
      for (const it of (await this.session.customRequest('variables', argument)).variables) found[it.name] ??= it;
    }
    return found;
  }

  dispose() {
    this.factory.dispose();
    this.end.dispose();
  }
}

/** Watches sessions while something is done. */
async function watching(action) {
  const watched = new Watched();
  try {
    return await action(watched);
  } finally {
    watched.dispose();
  }
}

/** Sets breakpoints on lines, counted from 1. */
function breakAt(uri, ...lines) {
  vscode.debug.addBreakpoints(
    lines.map((it) => new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(it - 1, 0)))),
  );
}

module.exports = { ID, until, root, uriOf, open, write, replace, place, having, hover, hints, close, extension, offers, watching, breakAt };
