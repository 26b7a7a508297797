/**
 * The patterns of the tables. They read like regular expressions, and are less on purpose: every repetition is bounded
 * and takes all that it can without ever giving back, so a pattern looks at each character of its reach once for each
 * alternative, and whether a decision needed a character behind the end of the text is known exactly.
 *
 *     text            itself; a dot is a dot
 *     [a-z0-9_-]      one of these; {n}, {m,n}, ? behind it or behind one character
 *     [a-z]{0,9}?x    as few as possible before the text that follows
 *     (?:a|b)         the first alternative that fits; ? behind it
 *     <…>             the secret; without it the whole match
 */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | Run
  | { readonly kind: 'choice'; readonly options: readonly Pattern[]; readonly isOptional: boolean }
  | { readonly kind: 'open' | 'close' };

export interface Run {
  readonly kind: 'run';
  /** Indexed by character code below 128; others never fit. */
  readonly set: Uint8Array;
  readonly source: string;
  readonly min: number;
  readonly max: number;
  readonly isLazy: boolean;
}

export type Pattern = readonly Node[];

/** For the tables of this folder only: a mistake in them is a mistake of ours, found by the first test. */
export function parsePattern(source: string, ignoreCase: boolean): Pattern {
  let at = 0;

  function sequence(): Node[] {
    const nodes: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') nodes.push(node());
    return joinTexts(nodes);
  }

  function node(): Node {
    const char = source[at] ?? '';
    if (source.startsWith('(?:', at)) return choice();
    at += 1;
    if (char === '<') return { kind: 'open' };
    if (char === '>') return { kind: 'close' };
    if (char === '[') return run(`[${until(']')}]`);
    if (source[at] === '{' || source[at] === '?') return run(char === '\\' ? char : `[${char}]`);
    return { kind: 'text', text: ignoreCase ? char.toLowerCase() : char };
  }

  function choice(): Node {
    at += 3;
    const options = [sequence()];
    while (source[at] === '|') {
      at += 1;
      options.push(sequence());
    }
    at += 1;
    const isOptional = source[at] === '?';
    if (isOptional) at += 1;
    return { kind: 'choice', options, isOptional };
  }

  function run(classSource: string): Run {
    let [min, max] = [1, 1];
    if (source[at] === '?') {
      at += 1;
      min = 0;
    } else if (source[at] === '{') {
      at += 1;
      const [low, high] = until('}').split(',').map(Number);
      min = low ?? 1;
      max = high ?? min;
    }
    const isLazy = max > min && source[at] === '?';
    if (isLazy) at += 1;
    const set = characterSet(classSource.slice(1, -1), ignoreCase);
    return { kind: 'run', set, source: classSource, min, max, isLazy };
  }

  function until(end: string): string {
    const from = at;
    at = source.indexOf(end, from) + 1;
    return source.slice(from, at - 1);
  }

  const nodes = sequence();
  if (at !== source.length) throw new Error(`pattern: unexpected character at ${at}`);
  return nodes;
}

function joinTexts(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === 'text' && last?.kind === 'text') {
      joined[joined.length - 1] = { kind: 'text', text: last.text + node.text };
    } else joined.push(node);
  }
  return joined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** `a-z0-9_-` as a table; a hyphen in front or at the end is itself. */
export function characterSet(source: string, ignoreCase: boolean): Uint8Array {
  const set = new Uint8Array(128);
  const chars: string[] = [];
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? '';
    if (char === '\\') {
      at += 1;
      chars.push(escapes[source[at] ?? ''] ?? '');
    } else chars.push(char);
  }
  for (let at = 0; at < chars.length; at += 1) {
    const first = chars[at] ?? '';
    const isRange = chars[at + 1] === '-' && at + 2 < chars.length;
    const last = isRange ? (chars[at + 2] ?? '') : first;
    if (isRange) at += 2;
    for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code += 1) {
      set[code] = 1;
      if (!ignoreCase) continue;
      const char = String.fromCharCode(code);
      set[char.toLowerCase().charCodeAt(0)] = 1;
      set[char.toUpperCase().charCodeAt(0)] = 1;
    }
  }
  return set;
}
