// Every setting does something: the same text is looked at with it and without it.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { extension, having, hints, hover, offers, open, place, replace, until, write } = require('./lib');

/** Something that takes a while to compute, and what comes of it. */
const LONG = "{ sum = builtins.foldl' builtins.add 0 (builtins.genList (x: x) 100000); }\n";
const SUM = /4999950000/;

const outside = (name) => path.join(process.env.NIXSCOPE_E2E, 'outside', name);

/** Whether a hint of the document matches. */
const shows = async (document, pattern) => (await hints(document)).some((it) => pattern.test(it));

/** There is a value, there is none with the settings, and there is one again. */
async function withAndWithout(settings, text, value) {
  const { document } = await write('limits.nix', text);
  await until('a value', () => shows(document, value));
  await having(settings, () => until('no value', async () => !(await shows(document, value))));
  await until('a value again', () => shows(document, value));
}

/** All that was written to logs of the extension host in files of this name. */
function logs(name) {
  const root = path.join(process.env.NIXSCOPE_E2E, 'data', 'logs');
  const files = fs.readdirSync(root, { recursive: true }).filter((it) => path.basename(it).includes(name));
  return files.map((it) => fs.readFileSync(path.join(root, it), 'utf8')).join('\n');
}

async function format(text) {
  const { document } = await write('format.nix', text);
  const edits = await vscode.commands.executeCommand('vscode.executeFormatDocumentProvider', document.uri, {
    tabSize: 2,
    insertSpaces: true,
  });
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, edits ?? []);
  await vscode.workspace.applyEdit(edit);
  const formatted = document.getText();
  await document.save();
  return formatted;
}

module.exports = {
  // An error is told here, and meant.
  async 'nixscope.path'() {
    const { exports, extensionPath } = await extension();
    await open('shop.nix');
    const runs = () => exports.status()?.text.includes('disconnect') === false;
    await until('it runs', runs);
    await having({ 'nixscope.path': '/nowhere/nixscope' }, () => until('it does not run', () => !runs()));
    await until('it runs again', runs);
    const link = outside('nixscope-elsewhere');
    fs.symlinkSync(path.join(extensionPath, 'server', 'nixscope'), link);
    await having({ 'nixscope.path': link }, async () => {
      await until('it is said', () => logs('nixscope.log').includes(`starting ${link} (from setting)`));
      await until('it runs', runs);
    });
  },

  async 'nixscope.trace.server'() {
    const { document } = await open('shop.nix');
    await having({ 'nixscope.trace.server': 'verbose' }, () =>
      until('a trace', async () => {
        await hover(document, place(document, 'today'));
        return logs('nixscope trace').includes('textDocument/hover');
      }),
    );
  },

  async 'nixscope.pipeOperators'() {
    const { document } = await write('pipe.nix', '1 |> (x: x + 1)\n');
    const problems = () => vscode.languages.getDiagnostics(document.uri).length;
    await having({ 'nixscope.pipeOperators': false }, () => until('a diagnostic', () => problems() > 0));
    await until('no diagnostic', () => problems() === 0);
  },

  async 'nixscope.format.width'() {
    const text = '{ a = builtins.concatStringsSep oneSeparator someStrings; }\n';
    const wide = await format(text);
    const narrow = await having({ 'nixscope.format.width': 20 }, () =>
      until('another format', async () => {
        const formatted = await format(text);
        return formatted !== wide && formatted;
      }),
    );
    assert(narrow.split('\n').length > wide.split('\n').length, narrow);
  },

  async 'nixscope.format.command'() {
    await having({ 'nixscope.format.command': ['sed', 's/one/two/'] }, () =>
      until('the format of the command', async () => /two/.test(await format('{ one = 1; }\n'))),
    );
  },

  async 'nixscope.format.timeLimit'() {
    const slow = { 'nixscope.format.command': ['sh', '-c', 'sleep 600; cat'], 'nixscope.format.timeLimit': 100 };
    await having(slow, async () => {
      const text = '{ one   =   1; }\n';
      await until('the command is given up', async () => (await format(text)) === text);
    });
  },

  async 'nixscope.live.enable'() {
    await withAndWithout({ 'nixscope.live.enable': false }, '{ a = 20 + 22; }\n', /42/);
  },

  async 'nixscope.live.hints'() {
    await withAndWithout({ 'nixscope.live.hints': false }, '{ a = 20 + 22; }\n', /42/);
    const { document } = await open('limits.nix');
    await having({ 'nixscope.live.hints': false }, async () => {
      await until('no hint', async () => !(await shows(document, /42/)));
      await until('a hover', async () => /42/.test(await hover(document, place(document, 'a'))));
    });
  },

  async 'nixscope.live.trust'() {
    const { document } = await write('trust.nix', `{ a = (import ${outside('default.nix')}).answer; }\n`);
    await having({ 'nixscope.live.trust': true }, () => until('a value', () => shows(document, /42/)));
    await until('no value', async () => !(await shows(document, /42/)));
  },

  async 'nixscope.live.entries'() {
    const { document } = await write('wanting.nix', '{ x }: { y = x + 2; }\n');
    if (!(await offers('nixscope.entries'))) return;
    const settings = { 'nixscope.live.entries': { 'wanting.nix': 'import ./wanting.nix { x = 40; }' } };
    await having(settings, () => until('a value', () => shows(document, /42/)));
    await until('no value', async () => !(await shows(document, /42/)));
  },

  async 'nixscope.live.nixPath'() {
    const { document } = await write('search.nix', '{ a = (import <elsewhere>).answer; }\n');
    const settings = { 'nixscope.live.nixPath': [`elsewhere=${path.dirname(outside('x'))}`] };
    await having(settings, () => until('a value', () => shows(document, /42/)));
    await until('no value', async () => !(await shows(document, /42/)));
  },

  // What an image does is tested elsewhere; here it is heard that there is none.
  async 'nixscope.live.image'() {
    await write('image/default.nix', '{ }: { n = 41; a = import ./wanting.nix { x = 40; }; }\n');
    const { document } = await write('image/wanting.nix', '{ x }: { y = x + 2; }\n');
    await having({ 'nixscope.live.image': '/nowhere/pkgs.img' }, async () => {
      await until('a value', () => shows(document, /42/));
      await until('it is said', () => logs('nixscope.log').includes('without the image'));
    });
  },

  async 'nixscope.live.timeLimit'() {
    await withAndWithout({ 'nixscope.live.timeLimit': 1 }, LONG, SUM);
  },

  async 'nixscope.live.memoryLimit'() {
    const large = `{ size = builtins.stringLength (builtins.concatStringsSep "" (builtins.genList (x: "${'x'.repeat(1000)}") 20000)); }\n`;
    await withAndWithout({ 'nixscope.live.memoryLimit': 1 }, large, /20000000/);
  },

  async 'nixscope.live.fuel'() {
    await withAndWithout({ 'nixscope.live.fuel': 1000 }, LONG, SUM);
  },

  // The last one, since the server sleeps on for a while.
  async 'nixscope.live.delay'() {
    const editor = await write('delay.nix', '{ a = 20 + 22; }\n');
    await until('a value', () => shows(editor.document, /42/));
    await having({ 'nixscope.live.delay': 10_000 }, async () => {
      // What is asked for later has come when this has, and all settings are asked for together.
      const isHidden = async () => !(await shows(editor.document, /42/));
      await having({ 'nixscope.live.hints': false }, () => until('no value', isHidden));
      await until('a value again', () => shows(editor.document, /42/));
      await replace(editor, 'let unused = 1; in { a = 20 + 23; }\n');
      // What the text alone tells does not wait.
      await until('a diagnostic', () => vscode.languages.getDiagnostics(editor.document.uri).length > 0);
      assert(!(await shows(editor.document, /43/)));
    });
  },
};
