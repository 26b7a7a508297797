/** The candidate that a mistyped word most likely stands for, or none that is near enough to be worth naming. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  // Comparing cost grows with the square: nobody mistypes a word this long, but somebody may paste one.
  if (word.length === 0 || word.length > 64) return undefined;
  // In `sluice.dev/key-file` the domain is given: a long one must not make everything behind it look near.
  const domain = word.slice(0, word.indexOf('/') + 1);
  const wanted = plain(word.slice(domain.length));
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const isSameDomain = candidate.startsWith(domain);
    const distance = isSameDomain
      ? editDistance(wanted, plain(candidate.slice(domain.length)))
      : editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `max_body_size`, `Max-Body-Size` and `maxBodySize` are the same word in different houses. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost 1. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
