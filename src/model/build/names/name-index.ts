import { getOrCreate } from '../../../lib/get-or-create.ts';

/** Things by a name of theirs, for questions by the thousand. In a pattern `*` stands for any text. */
export interface NameIndex<T> {
  /** Those that a name or pattern is about. */
  named(pattern: string): readonly T[];
  /** Whether this is one of them. */
  isNamed(each: T, pattern: string): boolean;
}

/** What has no name (an empty one) is found by none, not even by `*`: that is how requests are matched, too. */
export function indexByName<T>(all: Iterable<T>, nameOf: (each: T) => string): NameIndex<T> {
  const byName = new Map<string, T[]>();
  for (const each of all) {
    const name = nameOf(each);
    if (name !== '') getOrCreate(byName, name, () => []).push(each);
  }
  const byPattern = new Map<string, readonly T[]>();
  const expressions = new Map<string, RegExp>();
  const matches = (name: string, pattern: string): boolean =>
    getOrCreate(expressions, pattern, () => expressionOf(pattern)).test(name);
  return {
    named(pattern) {
      if (!pattern.includes('*')) return byName.get(pattern) ?? [];
      return getOrCreate(byPattern, pattern, () =>
        [...byName].flatMap(([name, its]) => (matches(name, pattern) ? its : [])),
      );
    },
    isNamed(each, pattern) {
      const name = nameOf(each);
      return pattern.includes('*') ? name !== '' && matches(name, pattern) : name === pattern;
    },
  };
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
