import type { PolicyDocument } from '../../policy/document.ts';
import type { RefusedVersion } from '../rollout/refused-version.ts';
import type { SourceState } from './source.ts';
import type { SourceSurroundings } from './surroundings.ts';

/** A place that policy comes from, being followed. */
export interface OpenedSource {
  readonly state: SourceState;
  /**
   * What was in force when this was left, with the older versions of documents that stood in for what is written. Absent:
   * nothing did, or nobody knows.
   */
  readonly before?: SourceState;
  /** What clients refused when this was left. */
  readonly refused?: readonly RefusedVersion[];
  readonly surroundings: SourceSurroundings;
  /** Resolves when what is there now has been read and, if it differed, told. */
  refresh(): Promise<void>;
  /**
   * To be kept for a restart: older versions of documents, by id, that are in force in place of what is written, and what
   * clients refuse.
   */
  keep?(standIns: ReadonlyMap<string, PolicyDocument>, refused: readonly RefusedVersion[]): void;
  /** How far what is in force may lag behind; absent: it cannot. */
  health?(): SourceHealth;
  close(): Promise<void>;
}

export interface SourceHealth {
  readonly servesFrom: 'cluster' | 'snapshot';
  /** RFC 3339; since when changes may be missed. Absent: they arrive. */
  readonly staleSince?: string;
  /** What could not be read at last, in words. Absent: everything can. */
  readonly failure?: string;
}

export interface SourceEvents {
  /** The documents, or something that they refer to, are others now. */
  onChange(state: SourceState): void;
  /** Following it has trouble; what is in force stays. */
  onError(error: Error): void;
}

/** Resolves when the first state is complete. */
export type OpenSource = (events: SourceEvents) => Promise<OpenedSource>;
