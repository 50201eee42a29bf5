// Names in texts, and the paths that lead to them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathAt, tokens, variables } from '../src/tokens';

test('variables are names that are no attributes, keywords, or words in strings and comments', () => {
  const cases: [string, string][] = [
    ['let a = b; in a', 'a b a'],
    ['x.y.z + w', 'x w'],
    ['"a ${b} c" + d', 'b d'],
    ["'' a ${b + \"${c}\"} ''${d} ''' '' + e", 'b c e'],
    ['# a\n/* b */ c', 'c'],
    ['./a/b + <c/d> + https://e.org/f + g', 'g'],
    ['{ a ? 1, ... }@b: { c = 1; }', 'a b c'],
    ["a-b a' _c 1.5e3", "a-b a' _c"],
    ['"never closed ${a', 'a'],
    ["''", ''],
    ['"\\${a} $${b}" c', 'c'],
    ['f a/b', 'f'],
    ['a / b // c', 'a b c'],
  ];
  for (const [text, wanted] of cases) {
    assert.equal(
      variables(tokens(text))
        .map((it) => it.text)
        .join(' '),
      wanted,
      text,
    );
  }
});

test('every text ends', () => {
  for (const text of ['', '"', "''", '${', '}', '"${"${', "'''", "''${}", '\\', '\u0000', '/*', '<', '"\\']) {
    const all = tokens(text);
    assert(
      all.every((it) => it.end > it.start && it.end <= text.length),
      JSON.stringify(text),
    );
  }
});

test('a path ends with the word that is pointed at', () => {
  const cases: [string, string, string | undefined][] = [
    ['a.b.c', 'a', 'a'],
    ['a.b.c', 'b', 'a.b'],
    ['a.b.c', 'c', 'a.b.c'],
    ['(f x).b', 'b', undefined],
    ['x."q".b', 'b', undefined],
    ['if a then b else c', 'then', undefined],
    ['"${q.r}"', 'r', 'q.r'],
    ['"word"', 'word', undefined],
  ];
  for (const [text, word, wanted] of cases) {
    const found = pathAt(tokens(text), text.lastIndexOf(word));
    assert.equal(found?.names.join('.'), wanted, `${word} in ${text}`);
    if (found) assert.equal(text.slice(found.start, found.end).replaceAll(' ', ''), wanted);
  }
});
