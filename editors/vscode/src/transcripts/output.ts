// What `nixscope test --json` prints, and which part of a page a person has to see to understand a failure.
// Texts only: nothing is run here.

/** What is told of a session, or of something that could not be run. */
export interface Told {
  outcome: 'listed' | 'passed' | 'failed' | 'skipped' | 'written' | 'error';
  file?: string;
  /** The line of its heading, from 1. */
  line?: number;
  title?: string;
  why?: string;
  /** The whole page as it is. */
  expected?: string;
  /** The whole page as it would be right. */
  came?: string;
}

/** Takes pieces of output, and gives what whole lines tell. */
export class Lines {
  private rest = '';

  take(piece: string): Told[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap(read);
  }
}

function read(line: string): Told[] {
  try {
    const told: unknown = JSON.parse(line);
    return typeof told === 'object' && told !== null && 'outcome' in told ? [told as Told] : [];
  } catch {
    return [];
  }
}

/** Where two texts part, and the lines that are different, from the first one to the last one. */
export interface Difference {
  /** The first line that is not the same, from 0. */
  line: number;
  expected: string;
  came: string;
}

/** The difference between what is written down and what came. */
export function difference(expected: string, came: string): Difference {
  const [a, b] = [expected.split('\n'), came.split('\n')];
  const shorter = Math.min(a.length, b.length);
  let first = 0;
  while (first < shorter && a[first] === b[first]) first += 1;
  let last = 0;
  while (last < shorter - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last += 1;
  return {
    line: Math.min(first, a.length - 1),
    expected: a.slice(first, a.length - last).join('\n'),
    came: b.slice(first, b.length - last).join('\n'),
  };
}
