// Where the extension begins: it starts the language server and registers the rest, and leaves nothing behind.

import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { registerDebugging } from './debug/mod';
import { type Row, Views } from './debug/views';
import { Documents } from './documents';
import { Server } from './server';
import { StatusItem } from './status';
import { Transcripts } from './transcripts/explorer';

let server: Server | undefined;

/** What other extensions, and tests, can see of this one. */
export interface Api {
  /** What the status bar shows, if it shows something. */
  status(): { text: string; tooltip: string } | undefined;
  /** What the views beside a program that stands still show. */
  views(): { demand: Row[]; timeline: Row[] };
  /** The transcripts that were found: headings by file. */
  transcripts(): Record<string, string[]>;
  /** How transcripts went last: by page and heading. */
  results(): Transcripts['results'];
}

/** Called by the editor. */
export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const started = new Server(context);
  server = started;
  const documents = new Documents(started);
  const status = new StatusItem(started);
  const views = new Views();
  const transcripts = new Transcripts(context);
  context.subscriptions.push(started, documents, status, views, transcripts);
  context.subscriptions.push(...registerCommands(context, started, documents));
  context.subscriptions.push(...registerDebugging(context, started));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((it) => {
      if (it.affectsConfiguration('nixscope.path')) void started.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  await started.restart();
  return { status: () => status.shown, views: () => views.shown, transcripts: () => transcripts.known, results: () => transcripts.results };
}

/** Called by the editor: returns when the server has ended. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
