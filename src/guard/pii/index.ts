import type { Detector, Trail } from '../detector.ts';
import type { EntityOptions } from '../entity.ts';
import { settle } from '../secrets/settle.ts';
import { boundaryReach } from './boundary.ts';
import { chosenOf } from './chosen.ts';
import { contextReach } from './context.ts';
import { overlapReach, uncontained } from './overlap.ts';
import { Search } from './search.ts';

export { piiEntities } from './entities.ts';

export interface PiiOptions {
  /** The kinds to look for. */
  readonly entities: ReadonlyMap<string, EntityOptions>;
  readonly minScore: number;
}

/** One detector for all chosen kinds: they share the pass over the text, the words before a value, and its overlaps. */
export function piiDetector(options: PiiOptions): Detector {
  const chosen = chosenOf(options.entities, options.minScore);
  return {
    streaming: 'incremental',
    // Findings that begin before `from` may contain others, and have context of their own.
    leftContext: overlapReach + Math.max(contextReach, boundaryReach) + 1,
    reach: chosen.reach,
    scan(text, from, report, field, trail) {
      const search = new Search(chosen, text, searchStart(from, trail), field);
      search.run();
      if (search.found.length === 0) return;
      for (const finding of uncontained(search.found)) if (finding.start >= from) report(finding);
    },
    hold(text, from, field, trail) {
      const search = new Search(chosen, text, searchStart(from, trail), field);
      search.run();
      // What begins before it was decided when more of it was not here yet, and is as it was.
      search.runTail(from);
      const open = Math.max(from, search.open);
      if (search.found.length === 0) {
        if (trail !== undefined) {
          // Nothing begins before it that could contain what is found later.
          trail.quiet = open;
          trail.isClear = true;
        }
        return open;
      }
      const spans = uncontained(search.found).filter((finding) => finding.start >= from);
      return settle(open, spans.toReversed());
    },
  };
}

function searchStart(from: number, trail: Trail | undefined): number {
  return Math.max(0, from - overlapReach, trail?.quiet ?? 0);
}
