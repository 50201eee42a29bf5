// Debugging through the editor's own interface, with the adapter inside the installed extension.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const { breakAt, open, place, until, watching } = require('./lib');

const command = (name, ...more) => vscode.commands.executeCommand(name, ...more);
const folder = () => vscode.workspace.workspaceFolders[0];

module.exports = {
  async 'breakpoint, stop, stack, variables, over, back, continue'() {
    const { document } = await open('shop.nix');
    breakAt(document.uri, 5);
    await watching(async (it) => {
      const program = document.uri.fsPath;
      const launch = { type: 'nixscope', request: 'launch', name: 'shop', program, attr: 'label' };
      const frames = await it.stop(() => vscode.debug.startDebugging(folder(), launch));
      assert.equal(frames[0].line, 5);
      assert.match(frames[0].name, /^cost/);
      assert(frames.length > 1);
      const variables = await it.variables(frames[0].id);
      assert.equal(variables.item.value, '"pear"');
      assert.equal(variables.prices.presentationHint?.lazy ?? variables.prices.type !== 'thunk', true);

      const over = await it.stop(() => command('workbench.action.debug.stepOver'));
      assert.notDeepEqual(over, frames);
      const back = await it.stop(() => command('workbench.action.debug.stepBack'));
      assert.deepEqual([back[0].line, back[0].column], [frames[0].line, frames[0].column]);

      await command('workbench.action.debug.continue');
      await it.ended;
      assert.match(it.output, /costs 3/);
    });
  },

  async 'F5 without launch.json debugs the file in front'() {
    await open('shop.nix');
    breakAt((await open('shop.nix')).document.uri, 9);
    await watching(async (it) => {
      const [frame] = await it.stop(() => command('workbench.action.debug.start'));
      assert.equal(frame.line, 9);
      // The whole value is computed, and a part of it fails.
      const [fault] = await it.stop(() => command('workbench.action.debug.continue'));
      assert.equal(fault.line, 11);
      await command('workbench.action.debug.continue');
      await it.ended;
    });
  },

  async 'reverse continue goes back to the stop before'() {
    const { document } = await open('shop.nix');
    breakAt(document.uri, 5);
    await watching(async (it) => {
      const launch = { type: 'nixscope', request: 'launch', name: 'shop', program: document.uri.fsPath, attr: 'today' };
      const first = await it.stop(() => vscode.debug.startDebugging(folder(), launch));
      const second = await it.stop(() => command('workbench.action.debug.continue'));
      assert.equal((await it.variables(second[0].id)).item.value, '"pear"');
      const again = await it.stop(() => command('workbench.action.debug.reverseContinue'));
      assert.equal((await it.variables(again[0].id)).item.value, '"apple"');
      assert.equal(again[0].line, first[0].line);
    });
  },

  async 'values behind names, and under the mouse'() {
    const { document } = await open('shop.nix');
    breakAt(document.uri, 5);
    await watching(async (it) => {
      const launch = { type: 'nixscope', request: 'launch', name: 'shop', program: document.uri.fsPath, attr: 'label' };
      const frames = await it.stop(() => vscode.debug.startDebugging(folder(), launch));
      // What the editor itself would show, asked for through its providers' command for tests.
      const { evaluateName } = (await it.variables(frames[0].id)).item;
      assert.equal(evaluateName, 'item');
      const hover = await it.session.customRequest('evaluate', {
        expression: 'prices.pear',
        frameId: frames[0].id,
        context: 'hover',
      });
      assert.equal(hover.result, '4');
    });
  },

  async 'faults stop where they happen'() {
    const { document } = await open('shop.nix');
    await watching(async (it) => {
      const launch = { type: 'nixscope', request: 'launch', name: 'shop', program: document.uri.fsPath, attr: 'never' };
      const [frame] = await it.stop(() => vscode.debug.startDebugging(folder(), launch));
      assert.equal(frame.line, place(document, 'throw').line + 1);
      const stopped = it.messages.find((message) => message.event === 'stopped');
      assert.equal(stopped.body.reason, 'exception');
    });
  },
};
