// Runs the tests inside the extension host, one after the other, and says how each went. Each file gives an object of
// tests by name; a name in NIXSCOPE_TEST runs only those that have it in theirs.

const vscode = require('vscode');
const { close } = require('./lib');

const FILES = ['language', 'commands', 'debugging', 'views', 'transcripts', 'settings', 'contributed'];

/** How long one test may take, in milliseconds. */
const LIMIT = 120_000;

function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('no end in time')), LIMIT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

exports.run = async () => {
  let failed = 0;
  const wanted = process.env.NIXSCOPE_TEST ?? '';
  const files = vscode.workspace.isTrusted ? FILES : ['untrusted'];
  for (const file of files) {
    for (const [name, test] of Object.entries(require(`./${file}`))) {
      if (!`${file}: ${name}`.includes(wanted)) continue;
      const began = Date.now();
      try {
        await within(test());
        console.log(`ok - ${file}: ${name} (${Date.now() - began} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`not ok - ${file}: ${name}: ${error.stack}`);
      }
      await close();
    }
  }
  if (failed > 0) throw new Error(`${failed} failed`);
};
