import type { Dialect } from '../../program/program.ts';

/** What the engine and the log know of an API; the rest is the business of the stage that identifies it. */
export interface RequestApi {
  /** For the log and the metrics; one of few. */
  readonly name: string;
  readonly dialect: Dialect;
  /** Path below the provider's base path, without query. */
  readonly upstreamPath: string;
}

/** A top-level member of a JSON body: from its name to behind its value. */
export interface BodyMember {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** All models that the key may use, or one of them. */
export interface ModelListing {
  readonly id: string | undefined;
}
