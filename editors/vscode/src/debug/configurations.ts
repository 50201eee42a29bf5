// What is debugged: configurations that are offered, made complete, and made of what is in the editor.
// Nothing here talks to an adapter.

import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { quotePath } from './attributes';

/** A configuration of ours. */
type Configuration = vscode.DebugConfiguration;

/** The configuration for a document: its file, or its text if it has none. */
export function configurationFor(document: vscode.TextDocument, attribute?: string): Configuration | undefined {
  if (document.languageId !== 'nix') return undefined;
  const base = { type: 'nixscope', request: 'launch' };
  const attr = attribute ? { attr: attribute } : {};
  const name = vscode.workspace.asRelativePath(document.uri, false);
  if (document.uri.scheme === 'file') {
    const title = attribute ? `${name} ${attribute}` : name;
    return { ...base, name: title, program: document.uri.fsPath, ...attr };
  }
  if (document.uri.scheme === 'untitled') return { ...base, name, expression: document.getText(), ...attr };
  return undefined;
}

/** Offers configurations, and completes those that are started. */
export class Configurations implements vscode.DebugConfigurationProvider {
  /** What a new launch.json begins with. */
  provideDebugConfigurations(): Configuration[] {
    return [{ type: 'nixscope', request: 'launch', name: 'Nix: current file', program: '${file}' }];
  }

  /** Without a launch.json, F5 debugs the file in the editor; without a program, a configuration means that file. */
  resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: Configuration,
  ): Configuration | undefined {
    const isEmpty = !configuration.type && !configuration.request && !configuration.name;
    const wanted: Configuration = isEmpty
      ? { type: 'nixscope', request: 'launch', name: 'Nix: current file' }
      : { ...configuration };
    if (wanted.request === 'attach') return wanted;
    const names = ['program', 'expression', 'recording', 'image'];
    if (!names.some((it) => wanted[it])) {
      const document = documentInFront();
      const found = document && configurationFor(document);
      if (found === undefined) {
        void vscode.window.showInformationMessage(
          'Open a Nix file to debug it, or say in launch.json which program is debugged.',
        );
        return undefined;
      }
      for (const it of names) if (found[it] !== undefined) wanted[it] = found[it];
      if (isEmpty) wanted.name = found.name;
    }
    wanted.cwd ??= folder?.uri.fsPath ?? (wanted.program?.startsWith('/') ? dirname(wanted.program) : undefined);
    return wanted;
  }

  /** What variables stand for has been asked by now; who thought better of it starts nothing. */
  resolveDebugConfigurationWithSubstitutedVariables(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: Configuration,
  ): Configuration | undefined {
    if (configuration.request !== 'attach') return configuration;
    const port = Number(configuration.port ?? 4711);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      void vscode.window.showErrorMessage(`'${configuration.port}' is no port to attach to.`);
      return undefined;
    }
    return { ...configuration, port };
  }
}

/** What is offered where configurations are picked, without a launch.json. */
export class DynamicConfigurations implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): Configuration[] {
    const launch = { type: 'nixscope', request: 'launch' };
    return [
      { ...launch, name: 'Nix: current file', program: '${file}' },
      {
        ...launch,
        name: 'Nix: an attribute of the current file',
        program: '${file}',
        attr: '${command:PickAttribute}',
      },
      { ...launch, name: 'Nix: an expression', expression: '${command:AskExpression}' },
      { ...launch, name: 'Nix: a recording', recording: '${command:PickRecording}' },
      { type: 'nixscope', request: 'attach', name: 'Nix: attach', port: '${command:AskPort}' },
    ];
  }
}

/** The Nix document that a person looks at. */
export function documentInFront(): vscode.TextDocument | undefined {
  const front = vscode.window.activeTextEditor?.document;
  if (front?.languageId === 'nix') return front;
  return vscode.window.visibleTextEditors.map((it) => it.document).find((it) => it.languageId === 'nix');
}

/** Starts a session; a configuration that is undefined starts nothing. */
export async function start(configuration: Configuration | undefined, isDebugging: boolean): Promise<boolean> {
  if (configuration === undefined) return false;
  const uri = vscode.window.activeTextEditor?.document.uri;
  const folder = (uri && vscode.workspace.getWorkspaceFolder(uri)) ?? vscode.workspace.workspaceFolders?.[0];
  return await vscode.debug.startDebugging(folder, configuration, { noDebug: !isDebugging });
}

/** Asks for an expression. */
export async function askExpression(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.languageId === 'nix' ? editor.document.getText(editor.selection) : '';
  return await vscode.window.showInputBox({
    title: 'Debug an expression',
    prompt: 'Paths are relative to the folder of the workspace',
    value: selected || 'import ./. { }',
    ignoreFocusOut: true,
  });
}

/** Asks for a file that `nixscope record` wrote. */
export async function pickRecording(): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles('**/*.nixtrace', '**/node_modules/**', 200);
  const items = found.map((it) => ({ label: vscode.workspace.asRelativePath(it), uri: it as vscode.Uri | undefined }));
  const other = { label: '$(folder-opened) Another file…', uri: undefined };
  const chosen = await vscode.window.showQuickPick([...items, other], {
    title: 'Debug a recording',
    placeHolder: 'A file that `nixscope record -o FILE` wrote',
  });
  if (chosen === undefined) return undefined;
  const [picked] = chosen.uri ? [chosen.uri] : ((await vscode.window.showOpenDialog({ title: 'A recording' })) ?? []);
  return picked?.fsPath;
}

/** Asks where a program waits. */
export async function askPort(): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: 'Attach to a program that waits',
    prompt: 'The port that `nixscope eval --wait-for-debugger` tells',
    value: '4711',
    ignoreFocusOut: true,
    validateInput: (it) =>
      /^\d+$/.test(it) && Number(it) > 0 && Number(it) < 65536 ? undefined : 'A port is a number',
  });
}

/** An attribute path as a code lens gives it, made fit for a configuration. */
export function attributeOf(path: string | string[] | undefined): string | undefined {
  return Array.isArray(path) ? quotePath(path) : path;
}
