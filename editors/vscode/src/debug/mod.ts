// Debugging as a whole: what is registered for sessions of the type `nixscope`.

import * as vscode from 'vscode';
import type { Server } from '../server';
import { AdapterFactory } from './adapter';
import { pickAttribute } from './attributes';
import {
  askExpression,
  askPort,
  attributeOf,
  Configurations,
  configurationFor,
  DynamicConfigurations,
  documentInFront,
  pickRecording,
  start,
} from './configurations';
import { Evaluatable, InlineValues } from './inline';

/** The type of our sessions. */
const TYPE = 'nixscope';

/** Registers everything that has to do with debugging. */
export function registerDebugging(context: vscode.ExtensionContext, server: Server): vscode.Disposable[] {
  const register = vscode.commands.registerCommand;
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return [
    vscode.debug.registerDebugConfigurationProvider(TYPE, new Configurations(), Initial),
    vscode.debug.registerDebugConfigurationProvider(TYPE, new DynamicConfigurations(), Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, new AdapterFactory(context)),
    vscode.languages.registerInlineValuesProvider({ language: 'nix' }, new InlineValues()),
    vscode.languages.registerEvaluatableExpressionProvider({ language: 'nix' }, new Evaluatable()),
    register('nixscope.debugFile', (uri?: vscode.Uri) => startFile(uri, true)),
    register('nixscope.runFile', (uri?: vscode.Uri) => startFile(uri, false)),
    register('nixscope.debug', startOfLens),
    register('nixscope.debugExpression', async () => startExpression(await askExpression())),
    register('nixscope.debugAttribute', (uri?: vscode.Uri) => startAttribute(server, uri)),
    register('nixscope.debugRecording', async () => startRecording(await pickRecording())),
    // What launch.json may ask for.
    register('nixscope.askExpression', askExpression),
    register('nixscope.pickRecording', pickRecording),
    register('nixscope.askPort', askPort),
    register('nixscope.pickAttribute', async () => {
      const document = documentInFront();
      return document && (await pickAttribute(server, document));
    }),
  ];
}

async function documentOf(uri?: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  return uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : documentInFront();
}

async function startFile(uri: vscode.Uri | undefined, isDebugging: boolean): Promise<boolean> {
  const document = await documentOf(uri);
  return await start(document && configurationFor(document), isDebugging);
}

/** What a code lens of the server asks for. */
async function startOfLens(lens: { uri: string; attribute?: string | string[] }): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(lens.uri));
  return await start(configurationFor(document, attributeOf(lens.attribute)), true);
}

async function startExpression(expression: string | undefined): Promise<boolean> {
  return await start(expression ? { type: TYPE, request: 'launch', name: 'expression', expression } : undefined, true);
}

async function startAttribute(server: Server, uri?: vscode.Uri): Promise<boolean> {
  const document = await documentOf(uri);
  const attribute = document && (await pickAttribute(server, document));
  return attribute !== undefined && (await start(configurationFor(document as vscode.TextDocument, attribute), true));
}

async function startRecording(recording: string | undefined): Promise<boolean> {
  return await start(recording ? { type: TYPE, request: 'launch', name: 'recording', recording } : undefined, true);
}
