import type { PolicyDocument } from '../../policy/document.ts';
import type { Problem } from '../../policy/problem.ts';

/** What a source says at one time. A new state is made only when something in it differs. */
export interface SourceState {
  /** In force, sorted by id. Documents that did not change keep their identity. */
  readonly documents: readonly PolicyDocument[];
  /** Everything that is wrong now, not only what became wrong. */
  readonly problems: readonly Problem[];
  /** Documents of which an older version is in force, with the place of the broken newer one. */
  readonly stale: ReadonlyMap<string, string>;
  readonly revision: number;
}
