// The item in the status bar: how the document in front is evaluated, how long that took, and what stopped it.

import * as vscode from 'vscode';
import type { Status } from './contract';
import type { Server } from './server';

/** What is shown for a state: an icon, and words where the icon does not say it. */
const STATES: Record<Status['state'], { icon: string; words: string; isWarning?: boolean }> = {
  off: { icon: '$(circle-slash)', words: 'off' },
  running: { icon: '$(sync~spin)', words: '' },
  done: { icon: '$(check)', words: '' },
  limit: { icon: '$(watch)', words: 'limit reached', isWarning: true },
  failed: { icon: '$(error)', words: 'failed' },
  restricted: { icon: '$(lock)', words: 'restricted' },
  'wants arguments': { icon: '$(question)', words: 'wants arguments' },
};

/** The item in the status bar. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('nixscope.status', vscode.StatusBarAlignment.Right, 90);
  private readonly told = new Map<string, Status>();
  private readonly owned: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.item.name = 'nixscope';
    this.owned = [
      this.item,
      server.onStatus((it) => {
        this.told.set(key(it.uri), it);
        this.show();
      }),
      server.onRunning((isRunning) => {
        if (!isRunning) this.told.clear();
        this.show();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      vscode.workspace.onDidCloseTextDocument((it) => this.told.delete(it.uri.toString())),
    ];
    this.show();
  }

  /** What is shown now; undefined if nothing is. */
  get shown(): { text: string; tooltip: string } | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== 'nix') return undefined;
    if (!this.server.isRunning)
      return { text: '$(debug-disconnect) nixscope', tooltip: 'The language server does not run' };
    const status = this.told.get(editor.document.uri.toString());
    return status === undefined ? { text: 'nixscope', tooltip: 'nixscope' } : describe(status);
  }

  private show(): void {
    const shown = this.shown;
    if (shown === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = shown.text;
    this.item.tooltip = new vscode.MarkdownString(shown.tooltip, true);
    this.item.command = this.server.isRunning ? 'nixscope.chooseEntry' : 'nixscope.restart';
    const status = this.told.get(vscode.window.activeTextEditor?.document.uri.toString() ?? '');
    const isWarning = status !== undefined && STATES[status.state]?.isWarning;
    this.item.backgroundColor = isWarning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }

  dispose(): void {
    for (const it of this.owned) it.dispose();
  }
}

function key(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}

function describe(status: Status): { text: string; tooltip: string } {
  const state = STATES[status.state] ?? { icon: '', words: status.state };
  const time = status.state === 'off' ? '' : duration(status.millis);
  const words = [status.entry?.label ?? '', state.words, time].filter((it) => it !== '').join(' · ');
  const { limits } = status;
  const lines = [
    status.entry ? `**${status.entry.label}** (${status.entry.kind})` : '**nixscope**',
    status.message ?? '',
    `${count(status.instructions)} instructions in ${duration(status.millis)}`,
    `Limits: ${duration(limits.millis)}, ${count(limits.megabytes)} MB, ${count(limits.instructions)} instructions`,
    'Click to choose how this file is evaluated.',
  ];
  return { text: `${state.icon} ${words || 'nixscope'}`, tooltip: lines.filter((it) => it !== '').join('\n\n') };
}

function duration(millis: number): string {
  return millis < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}
