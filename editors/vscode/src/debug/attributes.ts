// Picking an attribute of a file out of those that are really there, as deep as one likes.

import * as vscode from 'vscode';
import type { Server } from '../server';

/** Names joined to a path, quoted where they are not plain. */
export function quotePath(names: string[]): string {
  return names
    .map((it) => (/^[A-Za-z0-9_][A-Za-z0-9_'-]*$/.test(it) ? it : `"${it.replace(/["\\]/g, '\\$&')}"`))
    .join('.');
}

interface Item extends vscode.QuickPickItem {
  names: string[];
  isFinal: boolean;
}

/** Lets a person pick an attribute path of a document's value; undefined if they think better of it. */
export async function pickAttribute(server: Server, document: vscode.TextDocument): Promise<string | undefined> {
  let path: string[] = [];
  for (;;) {
    const argument = { textDocument: { uri: document.uri.toString() }, path };
    const found = await server.command('nixscope.attributes', argument);
    if (!found) return path.length > 0 ? quotePath(path) : await askAttribute();
    const at = path;
    const items: Item[] = found.map((it) => ({
      label: it.name,
      description: it.type,
      names: [...at, it.name],
      isFinal: it.type !== 'set' && it.type !== 'thunk' && it.type !== 'lazy',
    }));
    const here: Item = { label: `$(debug-start) ${quotePath(at) || 'the whole value'}`, names: at, isFinal: true };
    const chosen = await vscode.window.showQuickPick<Item>([here, ...items], {
      title: `Debug an attribute${at.length > 0 ? ` of ${quotePath(at)}` : ''}`,
      placeHolder: 'Sets lead on to their attributes',
      matchOnDescription: true,
    });
    if (chosen === undefined) return undefined;
    if (chosen.isFinal) return quotePath(chosen.names);
    path = chosen.names;
  }
}

async function askAttribute(): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: 'Debug an attribute',
    prompt: 'Its path, such as packages.x86_64-linux.hello',
    ignoreFocusOut: true,
  });
}
