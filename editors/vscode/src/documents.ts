// Documents that the server makes, such as a value written out at length: shown beside the text, and renewed when the
// text was evaluated again. They are read only and lie nowhere.

import * as vscode from 'vscode';
import { VIRTUAL_SCHEMES } from './contract';
import type { Server } from './server';

/** Content of the server's documents. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly known = new Map<string, string>();
  private readonly owned: vscode.Disposable[];

  readonly onDidChange = this.changes.event;

  constructor(private readonly server: Server) {
    this.owned = [
      this.changes,
      ...VIRTUAL_SCHEMES.map((it) => vscode.workspace.registerTextDocumentContentProvider(it, this)),
      server.onStatus((it) => {
        if (it.state !== 'running') this.renew();
      }),
      vscode.workspace.onDidCloseTextDocument((it) => this.known.delete(it.uri.toString())),
    ];
  }

  /** The content of a document: what the server says now, or what it said last. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const answer = await this.server.request<{ text: string } | null>('nixscope/text', { uri: uri.toString() });
    const text = answer?.text ?? this.known.get(uri.toString()) ?? '';
    this.known.set(uri.toString(), text);
    return text;
  }

  /** Shows a document beside the one that is edited. */
  async show(address: string, text: string, language: string): Promise<void> {
    const uri = vscode.Uri.parse(address);
    this.known.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.languageId !== language) await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }

  private renew(): void {
    for (const it of vscode.workspace.textDocuments) {
      if (VIRTUAL_SCHEMES.includes(it.uri.scheme)) this.changes.fire(it.uri);
    }
  }

  dispose(): void {
    for (const it of this.owned) it.dispose();
  }
}
