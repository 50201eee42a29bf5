// Every command does something. What the server of the day does not offer must do nothing, quietly.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { breakAt, extension, hints, offers, open, place, root, until, uriOf, watching, write } = require('./lib');

const run = (name, ...more) => vscode.commands.executeCommand(name, ...more);

/** Puts the cursor on a word. */
function select(editor, word, nth, length = 0) {
  const at = place(editor.document, word, nth);
  editor.selection = new vscode.Selection(at, at.translate(0, length));
}

/** The document of a scheme that is open, if there is one. */
const shown = (scheme) =>
  vscode.workspace.textDocuments.find((it) => it.uri.scheme === scheme && it.uri.path.includes('shop.nix'));

/** Accepts whatever a quick pick or an input box offers, once it is there. */
async function accept(whatFollows) {
  await until('what follows', async () => {
    await run('workbench.action.acceptSelectedQuickOpenItem');
    return await whatFollows();
  });
}

/** Waits until the server is there and has computed the file. */
async function computed(name, pattern = /./) {
  const editor = await open(name);
  await until('a value', async () => (await hints(editor.document)).some((it) => pattern.test(it)));
  return editor;
}

module.exports = {
  async 'nixscope.openExample'() {
    await extension();
    await run('nixscope.openExample');
    const { document } = await until('the example', () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.fileName.endsWith('example.nix') && editor;
    });
    assert.equal(document.uri.scheme, 'file');
    await until('a value', async () => (await hints(document)).some((it) => /\b5\b/.test(it)));
  },

  async 'nixscope.showValue'() {
    const editor = await computed('shop.nix', /\b5\b/);
    select(editor, 'prices');
    await run('nixscope.showValue');
    if (!(await offers('nixscope.value'))) return assert.equal(shown('nixscope-value'), undefined);
    const document = await until('a value', () => shown('nixscope-value'));
    await until('its text', () => /apple = 3/.test(document.getText()));
    assert.equal(document.languageId, 'nix');
  },

  async 'nixscope.showBytecode'() {
    await computed('shop.nix');
    await run('nixscope.showBytecode');
    if (!(await offers('nixscope.bytecode'))) return;
    const document = await until('a document', () => shown('nixscope-bytecode'));
    await until('its text', () => document.getText().length > 100);
  },

  async 'nixscope.showWhy'() {
    const editor = await computed('shop.nix', /\b5\b/);
    select(editor, 'prices.');
    await run('nixscope.showWhy');
    if (!(await offers('nixscope.why'))) return;
    // The list leads to a place of the file, and accepting it goes there.
    const before = editor.selection.active;
    await accept(() => !vscode.window.activeTextEditor?.selection.active.isEqual(before));
  },

  async 'nixscope.chooseEntry'() {
    const editor = await computed('shop.nix', /\b5\b/);
    const chosen = run('nixscope.chooseEntry');
    if (!(await offers('nixscope.entries'))) return await chosen;
    let isDone = false;
    chosen.then(() => {
      isDone = true;
    });
    await accept(() => isDone);
    const argument = { textDocument: { uri: editor.document.uri.toString() } };
    const entries = () => run('nixscope.entries', argument);
    await until('a pin', async () => (await entries()).pinned !== null);
    await run('nixscope.pin', { ...argument, entry: null });
    await until('no pin', async () => (await entries()).pinned === null);
  },

  async 'nixscope.evaluateAnew'() {
    const editor = await computed('shop.nix', /\b5\b/);
    await run('nixscope.evaluateAnew');
    await until('a value', async () => (await hints(editor.document)).some((it) => /\b5\b/.test(it)));
  },

  async 'nixscope.restart'() {
    await computed('shop.nix', /\b5\b/);
    const logs = path.join(process.env.NIXSCOPE_E2E, 'data', 'logs');
    const starts = () => {
      const files = fs.readdirSync(logs, { recursive: true }).filter((it) => it.endsWith('nixscope.log'));
      return files.map((it) => fs.readFileSync(path.join(logs, it), 'utf8')).join('').split('starting ').length;
    };
    const before = starts();
    await run('nixscope.restart');
    await until('another start', () => starts() === before + 1);
    await computed('shop.nix', /\b5\b/);
  },

  async 'nixscope.showOutput'() {
    await extension();
    await run('nixscope.showOutput');
    await until('the output', () => vscode.workspace.textDocuments.some((it) => it.uri.scheme === 'output'));
    await run('workbench.action.closePanel');
  },

  async 'nixscope.debugFile'() {
    const editor = await open('shop.nix');
    breakAt(editor.document.uri, 9);
    await watching((it) => it.stop(() => run('nixscope.debugFile')));
  },

  async 'nixscope.runFile'() {
    const { document } = await write('plain.nix', '{ a = 1; b = "two"; }\n');
    breakAt(document.uri, 1);
    await watching(async (it) => {
      await run('nixscope.runFile', document.uri);
      await it.ended;
      assert.equal(it.stops, 0);
      assert.match(it.output, /b = "two"/);
    });
  },

  async 'nixscope.debugExpression'() {
    // What is selected is offered.
    const editor = await write('selected.nix', '{ a = let x = 6; in x * 7; }\n');
    select(editor, 'let', 0, 'let x = 6; in x * 7'.length);
    await watching(async (it) => {
      void run('nixscope.debugExpression');
      let isOver = false;
      it.ended.then(() => {
        isOver = true;
      });
      await accept(() => isOver);
      assert.match(it.output, /42/);
    });
  },

  async 'nixscope.debugAttribute'() {
    const editor = await computed('shop.nix', /\b5\b/);
    breakAt(editor.document.uri, 9);
    if (!(await offers('nixscope.attributes'))) return;
    await watching(async (it) => {
      void run('nixscope.debugAttribute', editor.document.uri);
      await accept(() => it.stops > 0);
    });
  },

  async 'nixscope.debugRecording'() {
    const { extensionPath } = await extension();
    const program = path.join(extensionPath, 'server', 'nixscope');
    fs.writeFileSync(path.join(root().fsPath, 'recorded.nix'), '{ answer = builtins.getEnv "ANSWER"; }\n');
    execFileSync(program, ['record', '-o', 'run.nixtrace', './recorded.nix', '--strict'], {
      cwd: root().fsPath,
      env: { ...process.env, ANSWER: 'as it was' },
    });
    await until('the recording is found', async () => (await vscode.workspace.findFiles('**/*.nixtrace')).length > 0);
    await watching(async (it) => {
      void run('nixscope.debugRecording');
      let isOver = false;
      it.ended.then(() => {
        isOver = true;
      });
      await accept(() => isOver);
      assert.match(it.output, /as it was/);
    });
  },

  async 'nixscope.writeTranscript'() {
    const { exports } = await extension();
    const uri = uriOf('new.nixtest.md');
    const page = '# Two\n\n```nix\n1 + 1\n```\n\n```debug\n> continue\n```\n';
    await vscode.workspace.fs.writeFile(uri, Buffer.from(page));
    await until('it is found', () => exports.transcripts()['new.nixtest.md']?.includes('Two'));
    await run('nixscope.writeTranscript');
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
    assert.match(text, /the program gave 2/);
  },
};
