// The views beside a program that stands still, and what is shown in its text.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const { breakAt, extension, open, until, watching } = require('./lib');

const folder = () => vscode.workspace.workspaceFolders[0];

async function stopped(it, lines, attr) {
  const { document } = await open('shop.nix');
  breakAt(document.uri, ...lines);
  const launch = { type: 'nixscope', request: 'launch', name: 'shop', program: document.uri.fsPath, attr };
  return await it.stop(() => vscode.debug.startDebugging(folder(), launch));
}

module.exports = {
  async 'demand: who needs the value'() {
    const { exports } = await extension();
    await watching(async (it) => {
      const frames = await stopped(it, [5], 'label');
      const rows = await until('rows', () => exports.views().demand.length > 0 && exports.views().demand);
      assert.match(rows[0].label, /cost/);
      assert.match(rows[0].description, /shop\.nix:5/);
      assert(rows.length > 1, JSON.stringify(rows));
      const caller = rows.find((row) => /shop\.nix:10/.test(row.description));
      assert(caller, JSON.stringify(rows));
      await vscode.commands.executeCommand(caller.command.command, ...caller.command.arguments);
      await until('its place', () => vscode.window.activeTextEditor.selection.active.line === 9);
      assert.equal(frames[0].line, 5);
      await vscode.debug.stopDebugging(it.session);
    });
    await until('no rows', () => exports.views().demand.length === 0);
  },

  async 'nixscope.goToMoment: back and forth in time'() {
    const { exports } = await extension();
    await watching(async (it) => {
      const first = await stopped(it, [5], 'today');
      const isAt = (frames) => exports.views().timeline.some((row) => row.icon === 'debug-stackframe') && frames;
      await until('a timeline', () => isAt(first));
      const second = await it.stop(() => vscode.commands.executeCommand('workbench.action.debug.continue'));
      assert.equal((await it.variables(second[0].id)).item.value, '"pear"');
      // The stop before this one is in the list, and leads back.
      const earlier = await until('a moment before', () => {
        const rows = exports.views().timeline;
        const now = rows.findIndex((row) => row.icon === 'debug-stackframe');
        return rows.slice(0, now).findLast((row) => row.icon === 'debug-breakpoint');
      });
      const back = await it.stop(() => vscode.commands.executeCommand('nixscope.goToMoment', ...earlier.command.arguments));
      assert.equal((await it.variables(back[0].id)).item.value, '"apple"');
      assert.equal(back[0].line, first[0].line);
      await vscode.debug.stopDebugging(it.session);
    });
    await until('no rows', () => exports.views().timeline.length === 0);
  },

  async 'attaching to a program that waits'() {
    const { extensionPath } = await extension();
    const path = require('node:path');
    const { spawn } = require('node:child_process');
    const { document } = await open('shop.nix');
    breakAt(document.uri, 5);
    const child = spawn(
      path.join(extensionPath, 'server', 'nixscope'),
      ['eval', '--wait-for-debugger', document.uri.fsPath, '-A', 'label'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let [said, printed] = ['', ''];
    child.stderr.on('data', (data) => {
      said += data;
    });
    child.stdout.on('data', (data) => {
      printed += data;
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    try {
      const [, port] = await until('a port', () => /:(\d+)\s/.exec(said));
      await watching(async (it) => {
        const attach = { type: 'nixscope', request: 'attach', name: 'waiting', port };
        const [frame] = await it.stop(() => vscode.debug.startDebugging(folder(), attach));
        assert.equal(frame.line, 5);
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        await it.ended;
      });
      await ended;
      assert.match(printed, /costs 3/);
    } finally {
      child.kill();
    }
  },
};
