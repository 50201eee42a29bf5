// The words of a Nix text with their places, just enough to find names: what is in strings and comments is passed over,
// what is interpolated in strings is not. Reads any text in one pass; knows nothing of meaning.

/** A word: a name, or a character that is none. Offsets count UTF-16 units. */
export interface Token {
  kind: 'name' | 'string' | 'other';
  text: string;
  start: number;
  end: number;
}

/** Words that are no names. */
export const KEYWORDS = new Set(['let', 'in', 'rec', 'with', 'inherit', 'if', 'then', 'else', 'assert', 'or']);

const NAME = /[A-Za-z_][A-Za-z0-9_'-]*/y;
const NUMBER = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PATH = /(?:[A-Za-z0-9._+-]*|~)(?:\/[A-Za-z0-9._+-]+)+\/?|<[A-Za-z0-9._+-]+(?:\/[A-Za-z0-9._+-]+)*>/y;
const URI = /[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9%/?:@&=+$,_.!~*'-]+/y;
const BLANK = /[ \t\r\n]+|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;

/** What is around a place: braces of code, or one of the two kinds of string. */
type Around = '{' | '${' | '"' | "''";

/** All words of a text. Strings are one token for each stretch without interpolation. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  const around: Around[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const push = (kind: Token['kind'], length: number) => {
    found.push({ kind, text: text.slice(at, at + length), start: at, end: at + length });
    at += length;
  };
  while (at < text.length) {
    const inside = around.at(-1);
    if (inside === '"' || inside === "''") {
      const length = lengthOfString(text, at, inside);
      if (length > 0) push('string', length);
      if (text.startsWith('${', at)) {
        around.push('${');
        push('other', 2);
      } else if (at < text.length) {
        around.pop();
        push('other', inside.length);
      }
      continue;
    }
    const blank = take(BLANK);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const path = take(PATH) ?? take(URI);
    const name = take(NAME);
    if (path !== undefined && path.length > (name?.length ?? 0)) push('string', path.length);
    else if (name !== undefined) push(KEYWORDS.has(name) ? 'other' : 'name', name.length);
    else {
      const number = take(NUMBER);
      const opening = (['"', "''", '${', '{'] as const).find((it) => text.startsWith(it, at));
      if (number !== undefined) push('other', number.length);
      else if (opening !== undefined) {
        around.push(opening);
        push('other', opening.length);
      } else {
        if (text[at] === '}') around.pop();
        push('other', 1);
      }
    }
  }
  return found;
}

/** How far a string goes on from here, up to its end or to what is interpolated. */
function lengthOfString(text: string, from: number, kind: '"' | "''"): number {
  let at = from;
  while (at < text.length) {
    if (kind === '"') {
      if (text[at] === '"' || text.startsWith('${', at)) break;
      at += text[at] === '\\' || text.startsWith('$$', at) ? 2 : 1;
    } else if (text.startsWith("''", at)) {
      const third = text.slice(at + 2, at + 3);
      if (third === "'" || third === '$') at += 3;
      else if (third === '\\') at += 4;
      else break;
    } else if (text.startsWith('${', at)) break;
    else at += text.startsWith('$$', at) ? 2 : 1;
  }
  return Math.min(at, text.length) - from;
}

/** A path of names such as `a.b.c`, up to the word at an offset. */
export interface NamePath {
  names: string[];
  start: number;
  end: number;
}

/**
 * The path of names that ends with the word at an offset: for `a.b.c` and a place in `b`, that is `a.b`. None where
 * something else than names leads there, as in `(f x).b`, or where a name is bound rather than used.
 */
export function pathAt(all: Token[], offset: number): NamePath | undefined {
  const index = all.findIndex((it) => it.start <= offset && offset < it.end);
  const word = all[index];
  if (word?.kind !== 'name') return undefined;
  let first = index;
  while (all[first - 1]?.text === '.' && all[first - 2]?.kind === 'name') first -= 2;
  if (all[first - 1]?.text === '.') return undefined;
  const names = all.slice(first, index + 1).filter((it) => it.kind === 'name');
  return { names: names.map((it) => it.text), start: names[0]?.start ?? word.start, end: word.end };
}

/** The names in a text that may stand for variables: no attributes after a dot. */
export function variables(all: Token[]): Token[] {
  return all.filter((it, index) => it.kind === 'name' && all[index - 1]?.text !== '.');
}
