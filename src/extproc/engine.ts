import type { Logger } from '../lib/log.ts';
import type { Dialect } from '../program/program.ts';
import type { ProgramSource } from '../program/store.ts';
import type { EngineMetrics } from './metrics.ts';
import type { Pipeline } from './pipeline.ts';
import type { Registry } from './registry.ts';
import type { Incoming } from './wire/incoming.ts';

/** In which shape a caller reads answers of ours, known before anything else about the request is. */
export type CallerDialect = (path: string, message: Incoming) => Dialect;

/** What all streams of a process share. */
export interface Engine {
  readonly programs: ProgramSource;
  readonly pipeline: Pipeline;
  readonly registry: Registry;
  readonly metrics: EngineMetrics;
  readonly log: Logger;
  readonly callerDialect: CallerDialect;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number;
  /** How long a stage may stay pending. Less than Envoy's message time-out, so that the caller gets an answer of ours. */
  readonly suspensionTimeoutMs: number;
}
