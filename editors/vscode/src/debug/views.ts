// Two views beside the program that stands still: why the value of a frame is needed, and the moments of the run, to go
// to. Both ask the adapter when the program stops or another frame is chosen, and never while it runs.

import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';

/** A place as the adapter tells it, lines and columns from 1. */
interface Place {
  source?: DebugProtocol.Source;
  line?: number;
  column?: number;
}

/** One link of the chain of demand. */
interface Demand extends Place {
  text: string;
}

/** A moment one may want to go to. */
interface Moment extends Place {
  count: number;
  text: string;
  kind: 'start' | 'said' | 'breakpoint' | 'stop' | 'now' | 'end';
}

/** What `nixscope/timeline` answers. */
interface Timeline {
  now: number;
  start: number;
  furthest: number;
  end?: number | null;
  moments: Moment[];
}

const ICONS: Record<Moment['kind'], string> = {
  start: 'debug-start',
  said: 'comment',
  breakpoint: 'debug-breakpoint',
  stop: 'debug-breakpoint-unverified',
  now: 'debug-stackframe',
  end: 'debug-stop',
};

/** A row of a view. */
export interface Row {
  label: string;
  description: string;
  icon: string;
  command: vscode.Command | undefined;
}

/** A list that is shown while a session of ours stands still. */
class Rows implements vscode.TreeDataProvider<Row> {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changes.event;
  rows: Row[] = [];

  set(rows: Row[]): void {
    this.rows = rows;
    this.changes.fire();
  }

  getChildren(parent?: Row): Row[] {
    return parent === undefined ? this.rows : [];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label);
    item.description = row.description;
    item.tooltip = row.label;
    item.iconPath = new vscode.ThemeIcon(row.icon);
    if (row.command) item.command = row.command;
    return item;
  }
}

/** Both views. */
export class Views implements vscode.Disposable {
  private readonly demand = new Rows();
  private readonly timeline = new Rows();
  private readonly tree = vscode.window.createTreeView('nixscope.timeline', { treeDataProvider: this.timeline });
  private readonly owned: vscode.Disposable[];
  /** Grows with each wish to look, so that an answer that is late is dropped. */
  private turn = 0;
  private last: { session: vscode.DebugSession; now: number } | undefined;

  constructor() {
    const register = vscode.commands.registerCommand;
    this.owned = [
      this.tree,
      vscode.window.createTreeView('nixscope.demand', { treeDataProvider: this.demand }),
      vscode.debug.onDidChangeActiveStackItem((it) => this.look(it)),
      vscode.debug.onDidTerminateDebugSession((it) => it === this.last?.session && this.clear()),
      register('nixscope.goToMoment', (count?: number) => this.goTo(count)),
      register('nixscope.openPlace', openPlace),
    ];
  }

  /** What the views show, for tests. */
  get shown(): { demand: Row[]; timeline: Row[] } {
    return { demand: this.demand.rows, timeline: this.timeline.rows };
  }

  private clear(): void {
    this.turn += 1;
    this.last = undefined;
    this.demand.set([]);
    this.timeline.set([]);
  }

  private async look(item: vscode.DebugThread | vscode.DebugStackFrame | undefined): Promise<void> {
    if (item?.session.type !== 'nixscope') return;
    const { session } = item;
    const frameId = 'frameId' in item ? item.frameId : undefined;
    if (frameId === undefined) return;
    this.turn += 1;
    const { turn } = this;
    try {
      const demand: Demand[] = await session.customRequest('nixscope/demand', { frameId });
      const timeline: Timeline = await session.customRequest('nixscope/timeline', {});
      if (turn !== this.turn) return;
      this.last = { session, now: timeline.now };
      this.demand.set(demand.map((it, index) => demandRow(it, index, session)));
      const rows = moments(timeline).map((it) => momentRow(it, timeline));
      this.timeline.set(rows);
      const here = rows.find((it) => it.icon === ICONS.now);
      if (here && this.tree.visible) await this.tree.reveal(here, { select: true, focus: false });
    } catch {
      // It goes on already, or its adapter is one that knows no time.
    }
  }

  /** Goes to a moment; asks which one if nobody said. */
  private async goTo(count?: number): Promise<void> {
    const { last } = this;
    if (last === undefined) return;
    const wanted = count ?? (await askMoment(last.now));
    if (wanted === undefined) return;
    try {
      await last.session.customRequest('nixscope/goTo', { count: wanted });
    } catch (error) {
      void vscode.window.showWarningMessage(`Nobody can go there: ${error instanceof Error ? error.message : error}`);
    }
  }

  dispose(): void {
    for (const it of this.owned) it.dispose();
  }
}

async function askMoment(now: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Go to a moment',
    prompt: 'How many instructions were executed by then',
    value: String(now),
    validateInput: (it) => (/^[\d_, ]+$/.test(it) ? undefined : 'A moment is a number of instructions'),
  });
  return text === undefined ? undefined : Number(text.replace(/[_, ]/g, ''));
}

/** The moments in their order, with the present one and the end among them. */
function moments({ now, furthest, end, moments: told }: Timeline): Moment[] {
  const all = told.map((it): Moment => (it.count === now && it.kind !== 'said' ? { ...it, kind: 'now' } : it));
  if (!all.some((it) => it.kind === 'now')) all.push({ count: now, text: 'now', kind: 'now' });
  if (end !== undefined && end !== null && end <= furthest && !all.some((it) => it.count === end)) {
    all.push({ count: end, text: 'the end', kind: 'end' });
  }
  return all.sort((a, b) => a.count - b.count);
}

function momentRow(moment: Moment, { now }: Timeline): Row {
  const where = moment.source?.name ? `${moment.source.name}:${moment.line ?? ''} · ` : '';
  const command = {
    command: 'nixscope.goToMoment',
    title: 'Go There',
    arguments: [moment.count],
  };
  return {
    label: moment.text,
    description: `${where}${moment.count.toLocaleString('en')}`,
    icon: ICONS[moment.kind] ?? 'circle-outline',
    command: moment.count === now ? undefined : command,
  };
}

function demandRow(demand: Demand, index: number, session: vscode.DebugSession): Row {
  const where = demand.source?.name ? `${demand.source.name}:${demand.line ?? ''}` : '';
  const command = { command: 'nixscope.openPlace', title: 'Open', arguments: [demand, session] };
  return {
    label: demand.text,
    description: where,
    icon: index === 0 ? 'debug-stackframe-focused' : 'arrow-up',
    command: demand.source ? command : undefined,
  };
}

async function openPlace({ source, line, column }: Place, session: vscode.DebugSession): Promise<void> {
  if (source === undefined) return;
  const isText = source.sourceReference !== undefined && source.sourceReference > 0;
  const uri = isText ? vscode.debug.asDebugSourceUri(source, session) : vscode.Uri.file(source.path ?? '');
  const at = new vscode.Position(Math.max((line ?? 1) - 1, 0), Math.max((column ?? 1) - 1, 0));
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at), preserveFocus: true });
}
