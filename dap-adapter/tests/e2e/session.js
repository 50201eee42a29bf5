// Drives `nixscope dap` as an editor does, with the test client of Visual Studio Code: over standard input and output,
// and over a socket. The first argument is the program to be tested.
'use strict';
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { DebugClient } = require('@vscode/debugadapter-testsupport');

const nixscope = process.env.NIXSCOPE;
const program = path.join(process.env.E2E, 'demo.nix');
const thread = { threadId: 1 };

async function session(work, port) {
  const client = new DebugClient(nixscope, 'dap', 'nix');
  client.defaultTimeout = 20000;
  await client.start(port);
  try {
    await work(client);
  } finally {
    await client.stop();
  }
}

function portOf(server) {
  return new Promise((resolve, reject) => {
    let told = '';
    server.stderr.on('data', (text) => {
      told += text;
      const found = /:(\d+)\s*\n/.exec(told);
      if (found) resolve(Number(found[1]));
    });
    server.on('exit', () => reject(new Error(`it does not listen: ${told}`)));
  });
}

async function frame(client) {
  return (await client.stackTraceRequest(thread)).body.stackFrames[0];
}

async function variables(client, scopeName) {
  const { scopes } = (await client.scopesRequest({ frameId: (await frame(client)).id })).body;
  const scope = scopes.find((it) => it.name === scopeName);
  assert.ok(scope, `there is no ${scopeName} in ${scopes.map((it) => it.name)}`);
  return (await client.variablesRequest({ variablesReference: scope.variablesReference })).body.variables;
}

async function walk(client) {
  await client.hitBreakpoint({ program }, { path: program, line: 2 });
  const [x] = await variables(client, 'Arguments');
  assert.deepEqual([x.name, x.value, x.type], ['x', '1', 'integer']);
  const sum = (await variables(client, 'Let')).find((it) => it.name === 'sum');
  assert.equal(sum.value, '«being evaluated»');
  const frameId = (await frame(client)).id;
  const { body } = await client.evaluateRequest({ expression: 'double (x + offset)', frameId, context: 'watch' });
  assert.equal(body.result, '22');
  await assert.rejects(client.evaluateRequest({ expression: 'nobody', frameId, context: 'hover' }), /undefined variable/);

  await Promise.all([client.stepOutRequest(thread), client.assertStoppedLocation('step', { path: program, line: 3 })]);
  assert.deepEqual((await variables(client, 'Recently evaluated')).map((it) => it.value), ['12', '2']);
  await Promise.all([client.stepBackRequest(thread), client.waitForEvent('stopped')]);
  await Promise.all([
    client.continueRequest(thread),
    client.assertStoppedLocation('breakpoint', { path: program, line: 2 }),
  ]);
  await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
  await Promise.all([
    client.continueRequest(thread),
    client.assertOutput('stdout', '{ sum = 42; text = "the sum is 42"; }'),
    client.waitForEvent('terminated'),
  ]);
  assert.equal((await client.disconnectRequest()).success, true);
}

test('over standard input and output', () => session(walk));

test('over a socket, one client after the other', async () => {
  const server = spawn(nixscope, ['dap', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'inherit', 'pipe'] });
  try {
    const port = await portOf(server);
    await session(walk, port);
    await session(walk, port);
  } finally {
    server.kill();
  }
});

test('a program that waits is attached to, and prints what it came to', async () => {
  const argv = ['eval', '--strict', '--wait-for-debugger', program];
  const waiting = spawn(nixscope, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => waiting.on('exit', resolve));
  let printed = '';
  waiting.stdout.on('data', (text) => (printed += text));
  try {
    const port = await portOf(waiting);
    await session(async (client) => {
      await client.initializeRequest();
      await Promise.all([client.attachRequest({ stopOnEntry: true }), client.waitForEvent('initialized')]);
      const stopped = client.assertStoppedLocation('entry', { path: program, line: 7 });
      await Promise.all([client.configurationDoneRequest(), stopped]);
      await client.disconnectRequest();
    }, port);
    assert.equal(await ended, 0);
  } finally {
    waiting.kill();
  }
  assert.equal(printed, '{ sum = 42; text = "the sum is 42"; }\n');
});

test('a fault is seen where it happens', () =>
  session(async (client) => {
    const stopped = client.waitForEvent('stopped');
    await Promise.all([
      client.waitForEvent('initialized').then(async () => {
        await client.setExceptionBreakpointsRequest({ filters: ['throw'] });
        await client.configurationDoneRequest();
      }),
      client.launch({ expression: 'let f = x: throw "no ${x}"; in f "way"' }),
    ]);
    const { reason, text } = (await stopped).body;
    assert.deepEqual([reason, text], ['exception', 'no way']);
    const { body } = await client.exceptionInfoRequest(thread);
    assert.equal(body.exceptionId, 'throw');
    const { source } = await frame(client).then((it) => (it.source ? it : secondFrame(client)));
    const { content } = (await client.sourceRequest({ source, sourceReference: source.sourceReference })).body;
    assert.match(content, /^let f = x/);
  }));

async function secondFrame(client) {
  return (await client.stackTraceRequest(thread)).body.stackFrames.find((it) => it.source);
}
