import { isUtf8 } from 'node:buffer';
import { err, ok, type Result } from '../../lib/result.ts';
import { defaultJsonLimits, type JsonLimits } from './limits.ts';
import { type Member, type ScanProblem, scanObject } from './scan.ts';

export interface ParsedBody {
  readonly value: Readonly<Record<string, unknown>>;
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
  const members: Member[] = [];
  const problem = scanObject(bytes, limits, members);
  if (problem !== undefined && problem.kind !== 'syntax') return err(problemText(problem, limits));
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, unknown>>;
    // The scanner saw a syntax error where the parser did not: then one of them is wrong, and nothing may pass.
    return problem === undefined ? ok({ value, members }) : err(problemText(problem, limits));
  } catch {
    return err(problem === undefined ? 'it is not valid JSON' : problemText(problem, limits));
  }
}

function problemText(problem: ScanProblem, limits: JsonLimits): string {
  switch (problem.kind) {
    case 'syntax':
      return `it is not valid JSON from byte ${problem.at} on`;
    case 'not an object':
      return 'it is not a JSON object';
    case 'too deep':
      return `it is nested more than ${limits.depth} levels deep`;
    case 'too many members':
      return `it has more than ${limits.members} fields`;
    case 'duplicate key':
      return `the field "${problem.name.slice(0, 60)}" stands twice in one object, at byte ${problem.at}`;
  }
}
