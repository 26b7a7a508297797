import type { SourceState } from './source.ts';
import type { SourceSurroundings } from './surroundings.ts';

/** A place that policy comes from, being followed. */
export interface OpenedSource {
  readonly state: SourceState;
  readonly surroundings: SourceSurroundings;
  /** Resolves when what is there now has been read and, if it differed, told. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface SourceEvents {
  /** The documents, or something that they refer to, are others now. */
  onChange(state: SourceState): void;
  /** Following it has trouble; what is in force stays. */
  onError(error: Error): void;
}

/** Resolves when the first state is complete. */
export type OpenSource = (events: SourceEvents) => Promise<OpenedSource>;
