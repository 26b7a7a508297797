/** A number that only grows. */
export interface Counter {
  increment(by?: number): void;
  value(): number;
}

export interface Gauge {
  set(value: number): void;
  add(by: number): void;
  value(): number;
}

export interface Histogram {
  observe(value: number): void;
  count(): number;
  sum(): number;
}

/** What is written for one label set: suffix of the name, bound of the bucket (or nothing), number. */
export interface Sample {
  lines(): readonly (readonly [suffix: string, bound: string, value: number])[];
}

// Typed arrays hold doubles unboxed: writing one allocates nothing, however large the number.

export function createCounter(): Counter & Sample {
  const cell = new Float64Array(1);
  const value = (): number => cell[0] ?? 0;
  return {
    increment(by = 1) {
      // A counter that goes down reads as a restart.
      if (by > 0) cell[0] = value() + by;
    },
    value,
    lines: () => [['', '', value()]],
  };
}

export function createGauge(): Gauge & Sample {
  const cell = new Float64Array(1);
  const value = (): number => cell[0] ?? 0;
  return {
    set(next) {
      cell[0] = next;
    },
    add(by) {
      cell[0] = value() + by;
    },
    value,
    lines: () => [['', '', value()]],
  };
}

export function createHistogram(buckets: readonly number[]): Histogram & Sample {
  const bounds = Float64Array.from(buckets);
  if (bounds.length === 0 || bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? 0))) {
    throw new Error('the buckets of a histogram must rise');
  }
  // One count per bucket, not cumulative, so that an observation writes one place; the last is everything above.
  const counts = new Float64Array(bounds.length + 1);
  const sums = new Float64Array(1);
  const sum = (): number => sums[0] ?? 0;
  const total = (): number => counts.reduce((all, count) => all + count, 0);
  return {
    observe(value) {
      if (Number.isNaN(value)) return;
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sums[0] = sum() + value;
    },
    count: total,
    sum,
    lines() {
      let below = 0;
      const lines: [string, string, number][] = [];
      for (const [index, count] of counts.entries()) {
        below += count;
        lines.push(['_bucket', index < bounds.length ? String(bounds[index]) : '+Inf', below]);
      }
      return [...lines, ['_sum', '', sum()], ['_count', '', below]];
    },
  };
}
