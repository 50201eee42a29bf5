// Which program is run: the one the setting names, the one that came with the extension, or the one on PATH.
// Nothing is downloaded, and nothing is run to find out.

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

/** A program that is there, or what is to be told about its absence. */
export type Binary = { path: string; origin: 'setting' | 'extension' | 'PATH' } | { problem: string };

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** The program to run. */
export function findBinary(context: vscode.ExtensionContext): Binary {
  const wanted = vscode.workspace.getConfiguration('nixscope').get<string>('path', '').trim();
  if (wanted !== '') {
    const path = resolve(wanted);
    return path === undefined
      ? { problem: `There is no program '${wanted}', which the setting nixscope.path names.` }
      : { path, origin: 'setting' };
  }
  const bundled = context.asAbsolutePath(`server/nixscope${SUFFIX}`);
  if (isProgram(bundled)) return { path: bundled, origin: 'extension' };
  const found = onPath('nixscope');
  if (found !== undefined) return { path: found, origin: 'PATH' };
  return {
    problem:
      'The program nixscope is not there: this build of the extension has none for this machine, and none is on PATH. ' +
      'Install it (cargo install --locked --path cli), or name it in the setting nixscope.path.',
  };
}

function resolve(wanted: string): string | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  const path = wanted.replace(/^~(?=$|[\\/])/, homedir()).replaceAll('${workspaceFolder}', folder);
  if (!/[\\/]/.test(path)) return onPath(path);
  const absolute = isAbsolute(path) ? path : join(folder, path);
  return isProgram(absolute) ? absolute : undefined;
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((it) => isAbsolute(it));
  return folders.map((it) => join(it, name + SUFFIX)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Tells that there is no program to run, with ways out. */
export async function tellProblem(problem: string): Promise<void> {
  const open = 'Open Setting';
  if ((await vscode.window.showErrorMessage(problem, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'nixscope.path');
  }
}
