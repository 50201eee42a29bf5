// In a workspace that is not trusted: values of its own files, and nothing else, whatever a person has set for others.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { extension, hints, open, uriOf, until } = require('./lib');

module.exports = {
  async 'is active, without trust'() {
    const found = await extension();
    assert(found.isActive);
    assert.equal(vscode.workspace.isTrusted, false);
  },

  async 'reads no files outside of the workspace'() {
    const outside = path.join(process.env.NIXSCOPE_E2E, 'outside', 'default.nix');
    const text = `{ inside = 20 + 21; outside = (import ${outside}).answer; }\n`;
    fs.writeFileSync(uriOf('untrusted.nix').fsPath, text);
    assert.equal(vscode.workspace.getConfiguration('nixscope').get('live.trust'), true);
    const { document } = await open('untrusted.nix');
    await until('a value', async () => (await hints(document)).some((it) => /41/.test(it)));
    assert(!(await hints(document)).some((it) => /42/.test(it)));
  },

  async 'runs no program that the workspace names'() {
    // The workspace's settings name another program; it was not started.
    const { exports } = await extension();
    await open('shop.nix');
    await until('it runs', () => exports.status()?.text.includes('disconnect') === false);
    assert.equal(vscode.workspace.getConfiguration('nixscope').get('path'), '');
  },
};
