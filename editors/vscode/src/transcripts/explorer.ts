// Transcripts of debugger sessions (`*.nixtest.md`) in the test explorer: found, run, shown where they differ, and
// written anew. What is in a page is known to `nixscope test` alone, which is asked.

import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { findBinary } from '../binary';
import { type Difference, difference, Lines, type Told } from './output';

const GLOB = '**/*.nixtest.md';
const NOT_SEARCHED = '**/{node_modules,target,.git}/**';

/** The test explorer's part of this extension. */
export class Transcripts implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('nixscope.transcripts', 'Nix transcripts');
  private readonly owned: vscode.Disposable[];
  /** How sessions went last, for tests: by page and heading. */
  readonly results: Record<string, Told & Partial<Difference>> = {};

  constructor(private readonly context: vscode.ExtensionContext) {
    const { controller } = this;
    const watcher = vscode.workspace.createFileSystemWatcher(GLOB);
    controller.resolveHandler = (item) => (item === undefined ? this.find() : this.list(item));
    controller.refreshHandler = () => this.find();
    controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    this.owned = [
      controller,
      watcher,
      watcher.onDidCreate((it) => this.list(this.item(it))),
      watcher.onDidChange((it) => this.list(this.item(it))),
      watcher.onDidDelete((it) => controller.items.delete(it.toString())),
      vscode.commands.registerCommand('nixscope.writeTranscript', (item?: vscode.TestItem) => this.write(item)),
    ];
    void this.find();
  }

  /** What is known, for tests: the headings by file. */
  get known(): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const [, file] of this.controller.items) found[file.label] = [...file.children].map(([, it]) => it.label);
    return found;
  }

  private async find(): Promise<void> {
    const files = await vscode.workspace.findFiles(GLOB, NOT_SEARCHED);
    const known = new Set(files.map((it) => it.toString()));
    for (const [id] of this.controller.items) if (!known.has(id)) this.controller.items.delete(id);
    await Promise.all(files.map((it) => this.list(this.item(it))));
  }

  private item(uri: vscode.Uri): vscode.TestItem {
    const known = this.controller.items.get(uri.toString());
    if (known) return known;
    const item = this.controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    this.controller.items.add(item);
    return item;
  }

  /** Asks which sessions a file has. */
  private async list(file: vscode.TestItem): Promise<void> {
    if (!file.uri || file.parent) return;
    const { uri } = file;
    const sessions: vscode.TestItem[] = [];
    let problem: string | undefined;
    await this.nixscope(['--list', '--json', uri.fsPath], uri, undefined, (told) => {
      if (told.outcome === 'error') problem = told.why;
      if (told.outcome !== 'listed' || told.line === undefined) return;
      const item = this.controller.createTestItem(`${uri} ${told.line}`, told.title || `line ${told.line}`, uri);
      item.range = new vscode.Range(told.line - 1, 0, told.line - 1, 0);
      item.sortText = String(told.line).padStart(8, '0');
      sessions.push(item);
    }).catch((error: Error) => {
      problem = error.message;
    });
    file.children.replace(sessions);
    file.error = problem;
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const excluded = new Set(request.exclude);
    const wanted = request.include ?? [...this.controller.items].map(([, it]) => it);
    for (const item of wanted) {
      if (token.isCancellationRequested || excluded.has(item)) continue;
      const file = item.parent ?? item;
      if (item === file && file.children.size === 0) await this.list(file);
      const sessions = item.parent ? [item] : [...file.children].map(([, it]) => it).filter((it) => !excluded.has(it));
      for (const it of sessions) run.started(it);
      try {
        await this.runSessions(run, file, sessions, item.parent ? item : undefined, token);
      } catch (error) {
        const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
        for (const it of sessions) run.errored(it, message);
      }
    }
    run.end();
  }

  /** Runs a file, or one session of it. */
  private async runSessions(
    run: vscode.TestRun,
    file: vscode.TestItem,
    sessions: vscode.TestItem[],
    only: vscode.TestItem | undefined,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const uri = file.uri as vscode.Uri;
    const waiting = new Map(sessions.map((it) => [it.range?.start.line ?? 0, it]));
    const began = Date.now();
    const problems: string[] = [];
    await this.nixscope(['--json', ...filterOf(uri, only), uri.fsPath], uri, token, (told) => {
      if (told.outcome === 'error') problems.push(told.why ?? '');
      const item = waiting.get((told.line ?? 0) - 1);
      if (item === undefined) return;
      waiting.delete((told.line ?? 0) - 1);
      run.appendOutput(`${told.outcome}: ${told.title}\r\n`, undefined, item);
      const found = tell(run, item, told, uri, Date.now() - began);
      this.results[`${file.label} ${item.label}`] = { ...told, ...found };
    });
    const text = problems.join('\n') || 'nixscope test did not say how it went';
    for (const it of waiting.values()) {
      if (token.isCancellationRequested) run.skipped(it);
      else run.errored(it, new vscode.TestMessage(text));
    }
  }

  /** Writes down what comes now: in one session, in a file, or in all of them. */
  private async write(item?: vscode.TestItem): Promise<void> {
    const items = item ? [item] : [...this.controller.items].map(([, it]) => it);
    for (const it of items) {
      const uri = it.uri as vscode.Uri;
      await this.nixscope(['--bless', '--json', ...filterOf(uri, it.parent ? it : undefined), uri.fsPath], uri, undefined);
      await this.list(it.parent ?? it);
    }
    this.controller.invalidateTestResults(item);
  }

  /** Runs `nixscope test`, and hands on what it tells. */
  private nixscope(
    args: string[],
    uri: vscode.Uri,
    token: vscode.CancellationToken | undefined,
    heard: (told: Told) => void = () => undefined,
  ): Promise<void> {
    const binary = findBinary(this.context);
    if ('problem' in binary) return Promise.reject(new Error(binary.problem));
    const cwd = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
    const child: ChildProcess = spawn(binary.path, ['test', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = token?.onCancellationRequested(() => child.kill());
    const lines = new Lines();
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (it: string) => lines.take(it).forEach(heard));
    child.stderr?.setEncoding('utf8').on('data', (it: string) => {
      complaint += it;
    });
    return new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => {
        if (complaint === '' || token?.isCancellationRequested) resolve();
        else reject(new Error(complaint.trim()));
      });
    }).finally(() => stop?.dispose());
  }

  dispose(): void {
    for (const it of this.owned) it.dispose();
  }
}

/** What picks one session of a file. */
function filterOf(uri: vscode.Uri, only: vscode.TestItem | undefined): string[] {
  return only?.range ? ['--filter', `${uri.fsPath}:${only.range.start.line + 1}: `] : [];
}

/** Tells the test explorer how a session went; gives what was different, if something was. */
function tell(
  run: vscode.TestRun,
  item: vscode.TestItem,
  told: Told,
  uri: vscode.Uri,
  millis: number,
): Difference | undefined {
  if (told.outcome === 'passed') {
    run.passed(item, millis);
    return undefined;
  }
  if (told.outcome === 'skipped') {
    run.appendOutput(`${told.why ?? ''}\r\n`, undefined, item);
    run.skipped(item);
    return undefined;
  }
  const found = difference(told.expected ?? '', told.came ?? '');
  const message = vscode.TestMessage.diff('The session went otherwise', found.expected, found.came);
  message.location = new vscode.Location(uri, new vscode.Position(found.line, 0));
  run.failed(item, message, millis);
  return found;
}
