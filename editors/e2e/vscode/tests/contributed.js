// What the manifest says is there, and tried by a test: commands, settings, views, configurations.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { extension } = require('./lib');

async function contributes() {
  // From the disk: the editor adds to what it has read.
  const file = path.join((await extension()).extensionPath, 'package.json');
  return JSON.parse(fs.readFileSync(file, 'utf8')).contributes;
}

module.exports = {
  async 'every command is registered'() {
    const all = await vscode.commands.getCommands(true);
    const { commands, debuggers } = await contributes();
    const ids = [...commands.map((it) => it.command), ...Object.values(debuggers[0].variables)];
    assert.deepEqual(ids.filter((it) => !all.includes(it)), []);
  },

  async 'every command and setting has a test'() {
    const files = fs.readdirSync(__dirname).filter((it) => it !== 'contributed.js');
    const text = files.map((it) => fs.readFileSync(path.join(__dirname, it), 'utf8')).join('\n');
    const { commands, configuration } = await contributes();
    const names = [
      ...commands.map((it) => it.command),
      ...configuration.flatMap((it) => Object.keys(it.properties)),
    ];
    const isNamed = (name) => new RegExp(`${name.replaceAll('.', '\\.')}(?![\\w.])`).test(text);
    assert.deepEqual(names.filter((it) => !isNamed(it)), []);
  },

  async 'what the walkthrough shows and leads to is there'() {
    const { walkthroughs } = await contributes();
    const { extensionPath } = await extension();
    const all = await vscode.commands.getCommands(true);
    for (const { description, media } of walkthroughs[0].steps) {
      assert(fs.statSync(path.join(extensionPath, media.image)).size > 1000, media.image);
      for (const [, command] of description.matchAll(/\(command:([\w.]+)\)/g)) assert(all.includes(command), command);
    }
  },

  async 'a language, its grammar, and pairs to close'() {
    assert((await vscode.languages.getLanguages()).includes('nix'));
    const { grammars, languages } = await contributes();
    const { extensionPath } = await extension();
    for (const it of [...grammars.map((it) => it.path), ...languages.map((it) => it.configuration)]) {
      JSON.parse(fs.readFileSync(path.join(extensionPath, it), 'utf8'));
    }
  },

  async 'launch arguments are those of the page about them'() {
    const page = fs.readFileSync(path.join(process.env.NIXSCOPE_E2E, 'dap.md'), 'utf8');
    const section = page.slice(page.indexOf('## Launching'), page.indexOf('## Attaching'));
    const documented = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap((row) =>
      row[1].split(', ').map((it) => it.replaceAll('`', '')),
    );
    assert(documented.length > 10);
    const { debuggers } = await contributes();
    const known = Object.keys(debuggers[0].configurationAttributes.launch.properties);
    assert.equal(known.sort().join(' '), documented.sort().join(' '));
  },

  async 'snippets say what can be said'() {
    const { configurationAttributes, configurationSnippets } = (await contributes()).debuggers[0];
    for (const { body } of configurationSnippets) {
      const known = ['type', 'request', 'name', ...Object.keys(configurationAttributes[body.request].properties)];
      assert.deepEqual(Object.keys(body).filter((it) => !known.includes(it)), []);
    }
  },

  async 'settings are those of the page about them'() {
    const page = fs.readFileSync(path.join(process.env.NIXSCOPE_E2E, 'lsp.md'), 'utf8');
    const section = page.slice(page.indexOf('## Settings'));
    const rows = section.slice(0, section.indexOf('\n## ', 3)).matchAll(/^\| `([\w.]+)` \|/gm);
    const documented = [...rows].map((row) => `nixscope.${row[1]}`);
    assert(documented.length > 5);
    const { configuration } = await contributes();
    const known = configuration.flatMap((it) => Object.keys(it.properties));
    assert.deepEqual(documented.filter((it) => !known.includes(it)), []);
  },
};
