// The language server as a process: starting, ending, settings, what it can do and says beyond LSP.
// It never shows a message for something the server does not offer.

import * as vscode from 'vscode';
import {
  type Executable,
  type InitializeResult,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient/node';
import { findBinary, tellProblem } from './binary';
import { CLIENT_COMMANDS, type ServerCommands, type Status } from './contract';

/** The language server, running or not. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly output = vscode.window.createOutputChannel('nixscope', { log: true });
  private readonly trace = vscode.window.createOutputChannel('nixscope trace');
  private readonly statuses = new vscode.EventEmitter<Status>();
  private readonly changes = new vscode.EventEmitter<boolean>();
  private queue: Promise<unknown> = Promise.resolve();

  /** The server tells how the evaluation of a document goes. */
  readonly onStatus = this.statuses.event;
  /** The server runs now, or does not any more. */
  readonly onRunning = this.changes.event;

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** Whether it runs. */
  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  /** What the server said about itself. */
  get about(): InitializeResult | undefined {
    return this.client?.initializeResult;
  }

  /** Ends the server if it runs, and starts it with the settings as they are now. One such wish is met at a time. */
  restart(): Promise<void> {
    const done = this.queue.then(async () => {
      await this.end();
      await this.start();
    });
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** Ends the server. */
  stop(): Promise<void> {
    const done = this.queue.then(() => this.end());
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async start(): Promise<void> {
    const binary = findBinary(this.context);
    if ('problem' in binary) {
      this.output.warn(binary.problem);
      void tellProblem(binary.problem);
      return;
    }
    this.output.info(`starting ${binary.path} (from ${binary.origin})`);
    const run: Executable = { command: binary.path, args: ['lsp'], options: { env: process.env } };
    const client = new LanguageClient('nixscope', 'nixscope', run, this.options());
    client.onNotification('nixscope/status', (it: Status) => this.statuses.fire(it));
    client.onDidChangeState((it) => this.changes.fire(it.newState === State.Running));
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.output.error(`the server did not start: ${error}`);
      void tellProblem(`${binary.path} did not start as a language server: ${error}`);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose(2000);
    } catch (error) {
      this.output.info(`the server did not end by itself: ${error}`);
    }
    this.changes.fire(false);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { language: 'nix', scheme: 'file' },
        { language: 'nix', scheme: 'untitled' },
      ],
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { ...settings(), clientCommands: CLIENT_COMMANDS, statusNotifications: true },
      middleware: {
        // The server says which names a debugger may be asked about, for editors that do not know. Here the adapter says
        // it, see debug/inline.ts: it knows what hides what and leaves out what nobody needed yet, so it alone is asked.
        provideInlineValues: () => [],
        workspace: {
          configuration: async (params, token, next) => {
            const answers = await next(params, token);
            if (!Array.isArray(answers)) return answers;
            return answers.map((it, index) => (params.items[index]?.section === 'nixscope' ? settings() : it));
          },
        },
      },
    };
  }

  /** Whether the server carries out this command. */
  can(command: keyof ServerCommands): boolean {
    return this.about?.capabilities.executeCommandProvider?.commands.includes(command) ?? false;
  }

  /** Has the server carry out a command; undefined if it does not offer it, or could not. */
  async command<C extends keyof ServerCommands>(
    command: C,
    argument: ServerCommands[C][0],
  ): Promise<ServerCommands[C][1] | undefined> {
    if (!this.can(command)) return undefined;
    return await this.request('workspace/executeCommand', { command, arguments: [argument] });
  }

  /** Asks the server; undefined if it could not answer, for a reason that is in the output. */
  async request<T>(method: string, params: unknown): Promise<T | undefined> {
    try {
      return await this.client?.sendRequest<T>(method, params);
    } catch (error) {
      this.output.warn(`${method}: ${error}`);
      return undefined;
    }
  }

  /** A place as the server wants it. */
  place(document: vscode.TextDocument, position: vscode.Position) {
    return {
      textDocument: { uri: document.uri.toString() },
      position: { ...position, line: position.line, character: position.character },
    };
  }

  /** Shows what was said. */
  showOutput(): void {
    this.output.show(true);
  }

  dispose(): void {
    void this.stop();
    for (const it of [this.output, this.trace, this.statuses, this.changes]) it.dispose();
  }
}

/** The settings as the server may see them: who is not trusted gets no trust. */
export function settings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration('nixscope');
  const live = { ...all.get<Record<string, unknown>>('live', {}) };
  if (!vscode.workspace.isTrusted) live.trust = false;
  return { ...JSON.parse(JSON.stringify(all)), live };
}
