// How a debug session reaches its adapter: `nixscope dap` as a process of its own, or a program that waits at a port.

import * as vscode from 'vscode';
import { findBinary, tellProblem } from '../binary';

/** Gives each session its adapter. */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor | undefined> {
    const { request, port, host } = session.configuration;
    if (request === 'attach') return new vscode.DebugAdapterServer(Number(port), host ?? '127.0.0.1');
    const binary = findBinary(this.context);
    if ('problem' in binary) {
      await tellProblem(binary.problem);
      return undefined;
    }
    const cwd = session.workspaceFolder?.uri.fsPath;
    return new vscode.DebugAdapterExecutable(binary.path, ['dap'], cwd === undefined ? {} : { cwd });
  }
}
