import type { Detector } from '../detector.ts';
import { matchLength } from './length.ts';
import { compileProgram } from './program.ts';
import { Search } from './search.ts';

export interface RegexOptions {
  readonly name: string;
  /** One that `checkPattern` has nothing against. */
  readonly pattern: string;
  readonly caseInsensitive?: boolean;
}

/**
 * Where a pattern without end (`a.*b`, `\S+`) is cut, in whole texts and in streams alike: among the ways to match from a
 * start, those that are longer do not exist. `\S+` thus finds a run of 3,000 characters in three pieces, and `a.*b` finds
 * nothing whose `b` is further away.
 */
export const longestMatch = 1024;

/**
 * Findings are what a repeated leftmost-first search finds: they do not overlap. A scan that begins inside a finding of
 * the whole text therefore finds something else; one that begins at a `hold` or between findings does not.
 */
export function regexDetector(options: RegexOptions): Detector {
  const program = compileProgram(options.pattern, options.caseInsensitive ?? false);
  const bound = Math.min(matchLength(program).longest, longestMatch);
  const search = new Search(program, bound);
  return {
    streaming: 'incremental',
    leftContext: program.hasAssertions ? 1 : 0,
    reach: bound + (program.hasAssertions ? 1 : 0),
    scan(text, from, report) {
      search.begin(text, from);
      for (let position = from; search.next(text, position, true) === 'match'; position = search.end) {
        report({ start: search.start, end: search.end, entity: options.name, score: 1, validator: undefined });
      }
    },
    hold(text, from, _field, trail) {
      search.begin(text, from);
      let position = from;
      for (;;) {
        const outcome = search.next(text, position, false);
        if (outcome !== 'match') {
          if (trail !== undefined) trail.isClear = position === from;
          return outcome === 'none' ? text.length : search.start;
        }
        position = search.end;
      }
    },
  };
}
