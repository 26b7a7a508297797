import type { Pattern, Run } from './parse.ts';

/** One attempt at one position. All reading goes through it, so that `sawEnd` is the truth. */
export interface Attempt {
  readonly text: string;
  /** Whether the end of the text was looked at: more text could have led elsewhere. */
  sawEnd: boolean;
  secretStart: number;
  secretEnd: number;
  /** The last long run that was read: from and to where its characters are of its set. */
  runSet: Run['set'] | undefined;
  runStart: number;
  runEnd: number;
}

export function newAttempt(text: string): Attempt {
  return {
    text,
    sawEnd: false,
    secretStart: -1,
    secretEnd: -1,
    runSet: undefined,
    runStart: -1,
    runEnd: -1,
  };
}

/** Code at a position, -1 behind the end. */
export function codeAt(attempt: Attempt, at: number): number {
  if (at < attempt.text.length) return attempt.text.charCodeAt(at);
  attempt.sawEnd = true;
  return -1;
}

/** End of the match that starts at `start`; -1: none. */
export function matchPattern(pattern: Pattern, attempt: Attempt, start: number, ignoreCase: boolean): number {
  let at = start;
  for (let index = 0; index < pattern.length; index += 1) {
    const node = pattern[index];
    if (node === undefined) return -1;
    switch (node.kind) {
      case 'text':
        at = matchText(node.text, attempt, at, ignoreCase);
        break;
      case 'run': {
        const next = pattern[index + 1];
        at =
          node.isLazy && next?.kind === 'text'
            ? lazyRun(node, next.text, attempt, at, ignoreCase)
            : run(node, attempt, at);
        break;
      }
      case 'open':
        attempt.secretStart = at;
        break;
      case 'close':
        attempt.secretEnd = at;
        break;
      case 'choice': {
        let end = -1;
        for (const option of node.options) {
          end = matchPattern(option, attempt, at, ignoreCase);
          if (end >= 0) break;
        }
        if (end >= 0 || !node.isOptional) at = end;
      }
    }
    if (at < 0) return -1;
  }
  return at;
}

function matchText(text: string, attempt: Attempt, start: number, ignoreCase: boolean): number {
  for (let index = 0; index < text.length; index += 1) {
    let code = codeAt(attempt, start + index);
    if (ignoreCase) code = lowerCase(code);
    if (code !== text.charCodeAt(index)) return -1;
  }
  return start + text.length;
}

/** Not ASCII: only values of a deny list have such characters, and they are compared one by one. */
function lowerCase(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}

const longRun = 64;

/** Where the same beginning stands again and again, each attempt would read what the one before it has read. */
function run(node: Run, attempt: Attempt, start: number): number {
  const { text } = attempt;
  const limit = start + node.max;
  const stop = Math.min(limit, text.length);
  const isWithinLast = attempt.runSet === node.set && start >= attempt.runStart && start < attempt.runEnd;
  let at = isWithinLast ? Math.min(stop, attempt.runEnd) : start;
  while (at < stop && node.set[text.charCodeAt(at)] === 1) at += 1;
  if (isWithinLast) attempt.runEnd = Math.max(attempt.runEnd, at);
  else if (at - start >= longRun) {
    attempt.runSet = node.set;
    attempt.runStart = start;
    attempt.runEnd = at;
  }
  if (at === text.length && at < limit) attempt.sawEnd = true;
  return at - start < node.min ? -1 : at;
}

function lazyRun(node: Run, next: string, attempt: Attempt, start: number, ignoreCase: boolean): number {
  const first = next.charCodeAt(0);
  for (let at = start; at <= start + node.max; at += 1) {
    const code = codeAt(attempt, at);
    const mayEnd = at - start >= node.min && (ignoreCase ? lowerCase(code) : code) === first;
    if (mayEnd && matchText(next, attempt, at, ignoreCase) >= 0) return at;
    if (code < 0 || node.set[code] !== 1) return -1;
  }
  return -1;
}
