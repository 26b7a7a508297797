interface Branch extends Map<string, Branch> {}

/**
 * One expression for many of fixed length, with common beginnings written once: V8 does that itself only for plain
 * texts, and without it the alternation of all kinds is six times slower (measured: 290 against 43 µs for 4 KB).
 */
export function alternation(sources: Iterable<string>): RegExp {
  const root: Branch = new Map();
  for (const source of sources) {
    let branch = root;
    for (const [unit] of source.matchAll(/(?:\\.|\[[^\]]*\]|.)(?:\{\d+\})?/gsu)) {
      const next = branch.get(unit) ?? new Map<string, Branch>();
      branch.set(unit, next);
      branch = next;
    }
    branch.set('', new Map());
  }
  // `(?!)` never matches: nothing is asked for, nothing is found.
  return new RegExp(root.size === 0 ? '(?!)' : write(root), 'gi');
}

function write(branch: Branch): string {
  // A shorter beginning says all that the gate has to say.
  if (branch.has('')) return '';
  const parts = [...branch].map(([unit, rest]) => unit + write(rest));
  return parts.length === 1 ? (parts[0] ?? '') : `(?:${parts.join('|')})`;
}
