// Transcripts in the test explorer.

const vscode = require('vscode');
const assert = require('node:assert/strict');
const { extension, uriOf, until } = require('./lib');

module.exports = {
  async 'are found, and found again when they change'() {
    const { exports } = await extension();
    await until('the page', () => exports.transcripts()['good.nixtest.md']?.length === 1);
    assert.deepEqual(exports.transcripts()['good.nixtest.md'], ['What a sum needs']);
    const uri = uriOf('changing.nixtest.md');
    const section = (title) => `# ${title}\n\n\`\`\`nix\n1\n\`\`\`\n\n\`\`\`debug\n> continue\n\`\`\`\n\n`;
    await vscode.workspace.fs.writeFile(uri, Buffer.from(section('A')));
    await until('one', () => exports.transcripts()['changing.nixtest.md']?.join() === 'A');
    await vscode.workspace.fs.writeFile(uri, Buffer.from(section('A') + section('B')));
    await until('two', () => exports.transcripts()['changing.nixtest.md']?.join() === 'A,B');
    await vscode.workspace.fs.delete(uri);
    await until('none', () => exports.transcripts()['changing.nixtest.md'] === undefined);
  },

  async 'are run, and differ at their place'() {
    const { exports } = await extension();
    const good = Buffer.from(await vscode.workspace.fs.readFile(uriOf('good.nixtest.md'))).toString();
    await vscode.workspace.fs.writeFile(uriOf('wrong.nixtest.md'), Buffer.from(good.replace('gave 2', 'gave 3')));
    await until('it is found', () => exports.transcripts()['wrong.nixtest.md']?.length === 1);
    await vscode.commands.executeCommand('testing.runAll');
    const results = await until('results', () => {
      const all = exports.results();
      return all['good.nixtest.md What a sum needs'] && all['wrong.nixtest.md What a sum needs'] && all;
    });
    assert.equal(results['good.nixtest.md What a sum needs'].outcome, 'passed');
    const wrong = results['wrong.nixtest.md What a sum needs'];
    assert.equal(wrong.outcome, 'failed');
    const line = good.split('\n').findIndex((it) => it.includes('gave 2'));
    assert.equal(wrong.line, line);
    assert.match(wrong.expected, /gave 3/);
    assert.match(wrong.came, /gave 2/);
    await vscode.workspace.fs.delete(uriOf('wrong.nixtest.md'));
    await until('it is gone', () => exports.transcripts()['wrong.nixtest.md'] === undefined);
  },
};
