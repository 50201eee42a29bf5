// Runs tests inside the editor's own extension host, beside the installed extension. Their lines come over the console.

const path = require('node:path');
const { browser } = require('./browser');

/** How long all of them may take, in milliseconds. */
const LIMIT = 480_000;

/** Runs them; tells how many failed. */
module.exports.inHost = async function inHost({ host, at, out, folder }) {
  const { page, context, outside } = await browser(at(`chromium-${folder}`));
  const remote = (file) => `vscode-remote://${host}${file}`;
  let verdict;
  const done = new Promise((resolve) => {
    verdict = resolve;
  });
  await page.exposeFunction('codeAutomationExit', (code) => verdict(code));
  await page.exposeFunction('codeAutomationLog', (_type, args) => {
    for (const line of args.map(String)) if (/^(ok|not ok|#) /.test(line)) console.log(line);
  });
  const payload = [
    ['extensionDevelopmentPath', remote(at('carrier'))],
    ['extensionTestsPath', remote(at('tests', 'index.js'))],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const timer = setTimeout(() => verdict('no answer in time'), LIMIT);
  await page.goto(`http://${host}/?folder=${at(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
  const code = await done;
  clearTimeout(timer);
  if (code !== 0) await page.screenshot({ path: path.join(out, `${folder}.png`) });
  if (code !== 0) console.log(`not ok - tests in the extension host: ${code}`);
  if (outside.size > 0) console.log(`not ok - asked other machines: ${[...outside].join(', ')}`);
  await context.close();
  return (code === 0 ? 0 : 1) + outside.size;
};
