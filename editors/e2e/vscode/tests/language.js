// What the language server gives, asked for through the editor's own interface.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const { extension, hints, hover, open, place, until, watching, write } = require('./lib');

module.exports = {
  async 'is active and trusted'() {
    const found = await extension();
    assert(found.isActive);
    assert.match(found.extensionPath, /a-nixscope\.nixscope-/);
  },

  async 'diagnostics'() {
    const { document } = await open('broken.nix');
    const found = await until('a diagnostic', () => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length > 0 && all;
    });
    assert(found.some((it) => /nobody/.test(it.message)), JSON.stringify(found));
    assert.equal(found[0].range.start.line, 3);
  },

  async 'hover with a value'() {
    const { document } = await open('shop.nix');
    await until('a value', async () => /\b5\b/.test(await hover(document, place(document, 'today'))));
  },

  async 'hints'() {
    const { document } = await open('shop.nix');
    await until('a hint', async () => (await hints(document)).some((it) => /\b5\b/.test(it)));
  },

  async 'definition'() {
    const { document } = await open('shop.nix');
    const found = await until('a definition', async () => {
      const all = await vscode.commands.executeCommand(
        'vscode.executeDefinitionProvider',
        document.uri,
        place(document, 'total [', 0, 1),
      );
      return all.length > 0 && all;
    });
    assert.equal((found[0].range ?? found[0].targetRange).start.line, 5);
  },

  async 'completion'() {
    const { document } = await write('completion.nix', 'let\n  basket = 1;\nin\nba');
    await until('a completion', async () => {
      const list = await vscode.commands.executeCommand(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(3, 2),
      );
      return list.items.some((it) => (it.label.label ?? it.label) === 'basket');
    });
  },

  async 'outline, references, renaming, folding'() {
    const { document } = await open('shop.nix');
    const ask = (command, ...more) => vscode.commands.executeCommand(command, document.uri, ...more);
    await until('symbols', async () => (await ask('vscode.executeDocumentSymbolProvider'))?.length > 0);
    const references = await ask('vscode.executeReferenceProvider', place(document, 'discount'));
    assert.equal(references.length, 2);
    const edit = await ask('vscode.executeDocumentRenameProvider', place(document, 'discount'), 'rebate');
    assert.equal(edit.get(document.uri).length, 2);
    assert((await ask('vscode.executeFoldingRangeProvider')).length > 0);
  },

  async 'how the file is evaluated, in the status bar'() {
    const { exports } = await extension();
    await open('shop.nix');
    const shown = await until('a time', () => / \d+(\.\d)? m?s$/.test(exports.status()?.text) && exports.status());
    assert.match(shown.tooltip, /instructions/);
    assert.match(shown.tooltip, /Limits: 5\.0 s, 512 MB, 2,000,000,000 instructions/);
  },

  async 'lenses: evaluate, debug, run an example'() {
    const text = '/**\n  Adds one.\n\n  # Example\n\n  ```nix\n  add 1\n  => 2\n  ```\n*/\nlet add = x: x + 1; in { inherit add; }\n';
    const { document } = await write('lenses.nix', text);
    const lens = (title) =>
      until(title, async () => {
        const all = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 10);
        return all.find((it) => it.command?.title === title);
      });
    const { command } = await lens('Debug');
    await watching(async (it) => {
      await vscode.commands.executeCommand(command.command, ...command.arguments);
      await it.ended;
      assert.match(it.output, /add/);
    });
    const example = (await lens('Run example')).command;
    assert.equal(example.command, 'nixscope.showResult');
    await vscode.commands.executeCommand(example.command, ...example.arguments);
    const { uri, position } = example.arguments[0];
    const result = await vscode.commands.executeCommand('nixscope.runExample', { textDocument: { uri }, position });
    assert.deepEqual([result.ok, result.text], [true, 'add 1 is 2']);
    const evaluate = (await lens('Evaluate')).command;
    await until('a document', async () => {
      await vscode.commands.executeCommand(evaluate.command, ...evaluate.arguments);
      return vscode.workspace.textDocuments.some((it) => it.uri.scheme === 'nixscope-value');
    });
  },
};
