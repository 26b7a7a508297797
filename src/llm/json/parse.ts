import { isUtf8 } from 'node:buffer';
import { err, ok, type Result } from '../../lib/result.ts';
import { parseEscapedNames } from './escaped-names.ts';
import { defaultJsonLimits, type JsonLimits } from './limits.ts';
import { type Member, type ScanProblem, scanObject } from './scan.ts';

type Value = Readonly<Record<string, unknown>>;

export interface ParsedBody {
  readonly value: Value;
  /** The top-level members in the order in which they stand, for changing the bytes in place. */
  readonly members: readonly Member[];
}

/**
 * Parses a request body in full: what is decided on is what is sent on. Anything two parsers could read differently is
 * refused. The error says what is wrong, as half a sentence.
 */
export function parseBody(bytes: Buffer, limits: JsonLimits = defaultJsonLimits): Result<ParsedBody> {
  if (bytes.length === 0) return err('it is empty');
  if (!isUtf8(bytes)) return err('it is not UTF-8');
  const scan = scanObject(bytes, limits);
  if (!scan.ok && hasByteOrderMark(bytes)) return err('it begins with a byte order mark');
  if (!scan.ok && scan.error.kind !== 'syntax') return err(problemText(scan.error, limits));
  const text = bytes.toString('utf8');
  try {
    const value = JSON.parse(text) as Value;
    // The scanner saw a syntax error where the parser did not: then one of them is wrong, and nothing may pass.
    if (!scan.ok) return err(problemText(scan.error, limits));
    const { members, hasEscapedName } = scan.value;
    return ok({ value: hasEscapedName ? (parseEscapedNames(text) as Value) : value, members });
  } catch {
    return err(scan.ok ? 'it is not valid JSON' : problemText(scan.error, limits));
  }
}

/** Some programs write one at the beginning of files, where nobody sees it. */
function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function problemText(problem: ScanProblem, limits: JsonLimits): string {
  switch (problem.kind) {
    case 'syntax':
      return `it is not valid JSON from byte ${problem.at} on`;
    case 'not an object':
      return 'it is not a JSON object';
    case 'too deep':
      return `it is nested more than ${limits.depth} levels deep`;
    case 'too many values':
      return `it has more than ${limits.values} values`;
    case 'duplicate key':
      return `the field "${problem.name.slice(0, 60)}" stands twice in one object, at byte ${problem.at}`;
  }
}
