// What `nixscope test --json` tells, in whatever pieces it comes, and where two pages part.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference, Lines } from '../src/transcripts/output';

test('lines come in pieces', () => {
  const text = '{"outcome":"passed","line":3}\nno json\n{"x":1}\n{"outcome":"failed","expected":"a\\nb"}\n{"outcome"';
  for (let size = 1; size < text.length; size += 1) {
    const lines = new Lines();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...lines.take(text.slice(at, at + size)));
    assert.deepEqual(
      found.map((it) => it.outcome),
      ['passed', 'failed'],
    );
  }
});

test('a difference is told from its first line to its last', () => {
  const page = (middle: string) => `1\n2\n3\n4\n5\n${middle}6\n7\n8\n9\n10\n`;
  const cases: [string, string, number, string, string][] = [
    [page('a\n'), page('b\n'), 5, 'a', 'b'],
    [page('a\nc\n'), page('b\nc\nd\n'), 5, 'a\nc', 'b\nc\nd'],
    [page(''), page('b\n'), 5, '', 'b'],
    [page('a\n'), page(''), 5, 'a', ''],
    ['a', 'a', 0, '', ''],
    ['', 'x', 0, '', 'x'],
    ['x\nx\nx', 'x\nx', 2, 'x', ''],
  ];
  for (const [expected, came, line, shown, other] of cases) {
    const found = difference(expected, came);
    assert.deepEqual([found.line, found.expected, found.came], [line, shown, other], JSON.stringify([expected, came]));
  }
});
