// The grammar, by the editor's own engine: a text, and below each line marks with the scope of what stands above them.
// A scope is met if it begins that of the token, so that themes' names can be written without their end.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';

const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
const registry = new Registry({
  onigLib: loadWASM(wasm).then(() => ({ createOnigScanner, createOnigString })),
  loadGrammar: async (scope) => {
    const path = { 'source.nix': 'nix', 'markdown.nix.codeblock': 'markdown' }[scope];
    if (path === undefined) return null;
    const file = `syntaxes/${path}.tmLanguage.json`;
    return parseRawGrammar(readFileSync(file, 'utf8'), file);
  },
});

for (const [heading, text] of pages(readFileSync('test/grammar.txt', 'utf8'))) {
  test(heading, async () => {
    const grammar = await registry.loadGrammar('source.nix');
    assert(grammar);
    let stack = INITIAL;
    let tokens: { start: number; end: number; scopes: string[] }[] = [];
    let above = '';
    for (const line of text.split('\n')) {
      const mark: RegExpExecArray | null = /^( *)(\^+) (.+)$/.exec(line);
      if (mark?.[1] === undefined || mark[2] === undefined || mark[3] === undefined) {
        const result = grammar.tokenizeLine(line, stack);
        stack = result.ruleStack;
        tokens = result.tokens.map((it) => ({ start: it.startIndex, end: it.endIndex, scopes: it.scopes }));
        above = line;
        continue;
      }
      const [from, to] = [mark[1].length, mark[1].length + mark[2].length];
      const marks: string[] = mark[3].split(' ');
      for (const it of tokens.filter((token) => token.start < to && token.end > from)) {
        for (const wanted of marks) {
          const isThere: boolean = it.scopes.some((scope) => scope.startsWith(wanted.replace('!', '')));
          const said = `${above}\n${line}\n'${above.slice(it.start, it.end)}' is ${it.scopes.join(' ')}`;
          assert.equal(isThere, !wanted.startsWith('!'), said);
        }
      }
    }
  });
}

function pages(text: string): [string, string][] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((it) => [it.slice(0, it.indexOf('\n')), it.slice(it.indexOf('\n') + 1).trimEnd()]);
}
