/**
 * Streams are for ever; now and then they move, so that replicas share them evenly. The connection gets a GOAWAY at
 * `connectionMs` (grpc-js adds a jitter of ten percent); its streams end a little later, one by one, and what connects
 * again finds another connection, perhaps to another replica.
 */
export const defaultMaxConnectionAgeMs = 6 * 60 * 60_000;

export interface ConnectionAge {
  readonly connectionMs: number;
  readonly streamMs: number;
  /** After this the connection is cut, whoever is still on it. */
  readonly graceMs: number;
}

export function connectionAge(maxMs: number, random: () => number): ConnectionAge {
  return {
    connectionMs: maxMs,
    streamMs: Math.round(maxMs * (1.1 + random() * 0.1)),
    graceMs: Math.round(maxMs * 0.5),
  };
}
