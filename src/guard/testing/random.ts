/** Deterministic randomness: the same seed gives the same texts, so a failure can be repeated. */
export interface Random {
  readonly below: (count: number) => number;
  readonly text: (alphabet: string, length: number) => string;
  readonly one: (list: readonly string[]) => string;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    text: (alphabet, length) => Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join(''),
    one: (list) => list[below(list.length)] ?? '',
  };
}
