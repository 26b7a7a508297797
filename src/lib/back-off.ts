export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after so many failures in a row: doubled each time, and anything between half of it and all of it,
 * so that a thousand clients of one server do not come back in the same moment. `random` is between 0 and 1.
 */
export function backOffMs({ firstMs, maxMs }: BackOff, failures: number, random: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}
