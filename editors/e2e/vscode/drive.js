// Starts the workbench's server with the packed extension in it, has the tests run, and looks through the logs after.
// Everything lies below $WORK and ends with this process.

const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { inHost } = require('./host');
const { inCompany, inPage } = require('./page');

const { WORK, OUT, VSCODE, NODE, NIXSCOPE_ONLY } = process.env;
const at = (...parts) => path.join(WORK, ...parts);

// What the editor's own parts are known to complain about on a machine like this.
const HARMLESS = [
  /GitHub|github/,
  /marketplace|gallery|Gallery/i,
  /telemetry/i,
  /No ptyHost|ptyHost/,
  /CodeExpectedError/,
  /Canceled/,
  // Of the page before, whose extension host waits a while for it to come back.
  /vscode\.lock/,
  // The page that is closed while its extension host still talks to it.
  /\[error\] Error: read ECONNRESET$/m,
  /punycode|DEP0040|SQLite is an experimental/,
  /ENOENT.*chatLanguageModels|mcp\.json/,
];

/** In the stack of what the extensions say that come with the editor. */
const ELSEWHERE = /lib\/vscode\/extensions\/|[a-z]+-language-features/;

function prepare() {
  for (const it of ['tmp', 'data', 'extensions', 'server', 'home']) fs.mkdirSync(at(it), { recursive: true });
  fs.cpSync(path.join(__dirname, 'workspace'), at('workspace'), { recursive: true });
  // What is tried is what the walkthrough opens.
  fs.copyFileSync(path.join(__dirname, '../../vscode/walkthrough/example.nix'), at('workspace', 'shop.nix'));
  fs.cpSync(path.join(__dirname, 'carrier'), at('carrier'), { recursive: true });
  fs.cpSync(path.join(__dirname, 'tests'), at('tests'), { recursive: true });
  const good = fs.readFileSync(at('workspace', 'good.nixtest.md'), 'utf8');
  fs.writeFileSync(at('workspace', 'wrong.nixtest.md'), good.replace('gave 2', 'gave 3'));
  for (const page of ['dap.md', 'lsp.md']) fs.copyFileSync(path.join(__dirname, '../../../docs', page), at(page));
  fs.mkdirSync(at('untrusted', '.vscode'), { recursive: true });
  fs.copyFileSync(at('workspace', 'shop.nix'), at('untrusted', 'shop.nix'));
  const theirs = { 'nixscope.path': '/nowhere/nixscope', 'nixscope.live.trust': true };
  fs.writeFileSync(at('untrusted', '.vscode', 'settings.json'), JSON.stringify(theirs));
  fs.mkdirSync(at('outside'));
  fs.writeFileSync(at('outside', 'default.nix'), '{ answer = 42; }\n');
  fs.mkdirSync(at('data', 'User'), { recursive: true });
  fs.copyFileSync(path.join(__dirname, 'settings.json'), at('data', 'User', 'settings.json'));
}

/** Changes settings of the person, which hold for pages that are opened from here on. */
function change(settings) {
  const file = at('data', 'User', 'settings.json');
  fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), ...settings }));
}

const environment = {
  ...process.env,
  TMPDIR: at('tmp'),
  HOME: at('home'),
  EXTENSIONS_GALLERY: '{}',
  NIXSCOPE_E2E: WORK,
  NIX_PATH: '',
};
const common = [
  path.join(VSCODE, 'out', 'server-main.js'),
  '--accept-server-license-terms',
  ...['--server-data-dir', at('server'), '--user-data-dir', at('data'), '--extensions-dir', at('extensions')],
];

function install(...extensions) {
  const args = extensions.flatMap((it) => ['--install-extension', it]);
  execFileSync(NODE, [...common, ...args], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Starts the server, and tells its address once it listens. */
function serve() {
  const log = fs.createWriteStream(path.join(OUT, 'server.log'));
  const args = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--disable-telemetry'];
  args.push('--disable-experiments', '--enable-smoke-test-driver');
  const child = spawn(NODE, [...common, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const address = new Promise((resolve, reject) => {
    let text = '';
    const read = (data) => {
      log.write(data);
      text += data;
      const port = /Extension host agent listening on (\d+)/.exec(text);
      if (port) resolve(`127.0.0.1:${port[1]}`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${text}`)));
  });
  return { child, address };
}

/** Lines of the extension host's logs that tell of errors, whoever made them. */
function complaints() {
  const found = [];
  const walk = (folder) => {
    for (const it of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, it.name);
      if (it.isDirectory()) walk(file);
      else if (it.name.endsWith('.log')) {
        const shown = path.relative(at('data', 'logs'), file);
        const isOurs = /exthost|nixscope/.test(shown);
        if (!isOurs) continue;
        fs.mkdirSync(path.join(OUT, 'logs', path.dirname(shown)), { recursive: true });
        fs.copyFileSync(file, path.join(OUT, 'logs', shown));
        // An entry is a line that begins with a time, and the lines of its stack.
        for (const entry of fs.readFileSync(file, 'utf8').split(/\n(?=\d{4}-\d\d-\d\d )/)) {
          if (!/\[(error|critical)\]/.test(entry.split('\n')[0])) continue;
          const isOfOthers = ELSEWHERE.test(entry) || HARMLESS.some((pattern) => pattern.test(entry));
          if (isOfOthers && !/nixscope/.test(entry)) continue;
          found.push(`${shown}: ${entry.trim()}`);
        }
      }
    }
  };
  walk(at('data', 'logs'));
  return found;
}

/** Processes that were started from our folders and are still there. */
function leftovers() {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((it) => /^\d+$/.test(it))) {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words[0].startsWith(at('extensions'))) found.push(`${pid}: ${words.join(' ')}`);
    } catch {}
  }
  return found;
}

async function until(what, condition, millis = 15000) {
  const end = Date.now() + millis;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function main() {
  prepare();
  install(at('nixscope.vsix'));
  const { child, address } = serve();
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let failures = 0;
  try {
    const host = await address;
    if (NIXSCOPE_ONLY !== 'host') failures += await inPage({ host, at, out: OUT });
    if (NIXSCOPE_ONLY !== 'page') {
      failures += await inHost({ host, at, out: OUT, folder: 'workspace' });
      // Workspaces are not trusted unless somebody says so, though the person trusts evaluations in general.
      change({ 'security.workspace.trust.enabled': true, 'nixscope.live.trust': true });
      failures += await inHost({ host, at, out: OUT, folder: 'untrusted' });
    }
    if (NIXSCOPE_ONLY !== 'host') {
      install(at('company.vsix'));
      change({ 'security.workspace.trust.enabled': false, 'editor.semanticHighlighting.enabled': false });
      failures += await inCompany({ host, at, out: OUT });
    }
  } finally {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10000);
    await ended;
    clearTimeout(timer);
  }
  const errors = complaints();
  if (errors.length > 0) {
    failures += 1;
    console.log(`not ok - the extension host's logs have errors\n${errors.slice(0, 20).join('\n')}`);
  } else console.log('ok - no errors in the logs of the extension host');
  try {
    await until(() => leftovers().join('\n'), () => leftovers().length === 0);
    console.log('ok - nothing is left running');
  } catch (error) {
    failures += 1;
    console.log(`not ok - nothing is left running: ${error.message}`);
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
