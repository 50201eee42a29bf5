// What the language server says beyond LSP: the commands it carries out, and how their arguments and answers look.
// Types only, and the names; docs/lsp.md says what they mean.

import type { Position, Range } from 'vscode-languageclient';

/** A document, as the protocol names it. */
export interface DocumentArgument {
  textDocument: { uri: string };
}

/** A place in a document. */
export interface PlaceArgument extends DocumentArgument {
  position: Position;
}

/** Commands of the server: what each takes, and gives. */
export interface ServerCommands {
  'nixscope.value': [PlaceArgument & { depth?: number }, ValueAnswer | null];
  'nixscope.entries': [DocumentArgument, EntriesAnswer | null];
  'nixscope.pin': [DocumentArgument & { entry: string | null; expression?: string }, null];
  'nixscope.bytecode': [DocumentArgument, { uri: string; text: string } | null];
  'nixscope.attributes': [DocumentArgument & { path: string[] }, Attribute[] | null];
  'nixscope.why': [PlaceArgument, { lines: WhyLine[] } | null];
  'nixscope.runExample': [PlaceArgument, { ok: boolean; text: string } | null];
  'nixscope.reload': [Record<string, never>, null];
}

/** A value written out at length. */
export interface ValueAnswer {
  uri: string;
  text: string;
  type: string;
  /** Where it is the value of something; none if the text has changed since. */
  range: Range | null;
}

/** A way in which a file can be evaluated. */
export interface Entry {
  id: string;
  kind: string;
  label: string;
  /** What runs the file; none if it runs by itself. */
  expression: string | null;
}

/** The ways in which a file can be evaluated. */
export interface EntriesAnswer {
  active: string | null;
  pinned: string | null;
  entries: Entry[];
}

/** An attribute of a file's value. */
export interface Attribute {
  name: string;
  type: string;
}

/** One link of the chain of demand. */
export interface WhyLine {
  text: string;
  uri?: string | null;
  range?: Range | null;
}

/** How the evaluation of a document goes. */
export interface Status {
  uri: string;
  entry: { kind: string; label: string } | null;
  state: 'off' | 'running' | 'done' | 'limit' | 'failed' | 'restricted' | 'wants arguments';
  /** Whether the package set came from the image of the settings. */
  isFromImage?: boolean;
  millis: number;
  instructions: number;
  limits: { millis: number; megabytes: number; instructions: number };
  message?: string | null;
}

/** Commands that this extension carries out for the server's code lenses. */
export const CLIENT_COMMANDS = ['nixscope.debug', 'nixscope.showValue', 'nixscope.showResult'];

/** The schemes of documents that the server makes. */
export const VIRTUAL_SCHEMES = ['nixscope-value', 'nixscope-bytecode'];
