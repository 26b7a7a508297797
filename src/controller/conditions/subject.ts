import type { Attachment, ParentReference } from '../../model/build/attachment.ts';
import type { Say } from './document-conditions.ts';
import type { Fields } from './fields.ts';
import type { Ours } from './ours.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import type { Verdict } from './verdict.ts';

/** One object, with everything that is known of it. */
export interface Subject {
  readonly id: string;
  readonly watched: WatchedObject;
  readonly spec: Fields;
  /** As it stands now. */
  readonly status: Fields;
  readonly generation: number;
  readonly say: Say;
  readonly verdict: Verdict;
  readonly attachments: readonly Attachment[];
}

/** What all subjects have in common. */
export interface Scene {
  readonly outcome: Outcome;
  readonly ours: Ours;
  /** Equal as long as all Gateways stand as they do, and are the same ones. */
  readonly standing: string;
  /** By id of the document that was attached, or not. */
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  /** By name of the gateway. */
  readonly attachmentsTo: ReadonlyMap<string, readonly Attachment[]>;
  verdictOf(id: string): Verdict;
  /** Our Gateways with routes that lead to a backend. */
  gatewaysBehind(backend: ParentReference): readonly ParentReference[];
  /** By the id of its document. */
  objectOf(id: string): WatchedObject | undefined;
  hasObject(kind: string, namespace: string, name: string): boolean;
}
