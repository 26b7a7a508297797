import { seededRandom } from '../../../lib/testing/random.ts';

/** Seeded random values of messages: the same seed gives the same case, so a failure can be run again. */
export class Random {
  /** A whole number from 0 to below a limit. */
  readonly int: (limit: number) => number;

  constructor(seed: number) {
    this.int = seededRandom(seed).below;
  }

  /** True in `percent` of the cases. */
  chance(percent: number): boolean {
    return this.int(100) < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.int(items.length)] ?? items[0];
  }

  list<T>(atMost: number, make: () => T): T[] {
    return Array.from({ length: this.int(atMost + 1) }, make);
  }

  /** Mostly short, sometimes around the lengths where a varint grows by a byte. */
  length(): number {
    const kind = this.int(100);
    if (kind < 70) {
      return this.int(12);
    }
    if (kind < 96) {
      return this.int(90);
    }
    return kind < 99 ? 120 + this.int(16) : 16_370 + this.int(30);
  }

  bytes(length = this.length()): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) {
      bytes[i] = this.int(256);
    }
    return bytes;
  }

  /** Every character below 0x100. */
  latin1(): string {
    return this.bytes().toString('latin1');
  }

  /** Visible ASCII, as in a header name. */
  token(): string {
    let text = '';
    for (let left = 1 + this.length(); left > 0; left--) {
      text += String.fromCharCode(0x21 + this.int(0x5e));
    }
    return text;
  }

  /** Any text that UTF-8 can carry, with characters of one to four bytes. */
  text(): string {
    let text = '';
    for (let left = this.length(); left > 0; left--) {
      text += String.fromCodePoint(
        this.pick([0x20 + this.int(0x5f), 0xa0 + this.int(0x700), 0x4e00 + this.int(0x1000), 0x1f600 + this.int(0x40)]),
      );
    }
    return text;
  }
}

const seedText = process.env.SLUICE_FUZZ_SEED;

/** First seed of a run; each case adds its number. */
const firstSeed = seedText === undefined ? 20_260 : Number(seedText);

/** Multiplies the number of cases, for a longer run by hand. */
const caseFactor = Number(process.env.SLUICE_FUZZ_FACTOR ?? 1);

/** Runs `check` for many seeds; a failure names the seed with which it comes back alone. */
export function forCases(count: number, check: (random: Random, seed: number) => void): void {
  const total = Math.ceil(count * caseFactor);
  for (let i = 0; i < total; i++) {
    const seed = firstSeed + i;
    try {
      check(new Random(seed), seed);
    } catch (error) {
      throw new Error(`with SLUICE_FUZZ_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

/** Cheaper than an assertion library in loops of a hundred thousand. */
export function check(isTrue: boolean, what: () => string): void {
  if (!isTrue) {
    throw new Error(what());
  }
}
