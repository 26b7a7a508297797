import type { Rule, Subject } from './behaviour.ts';

export interface Rules {
  add(rule: Rule): void;
  /** Back to the defaults. */
  clear(): void;
  /** The rule for this request, counted as used. */
  take(subject: Subject): Rule | undefined;
  /** In force, newest first, with the times that are left. */
  list(): readonly Rule[];
}

interface Entry {
  readonly rule: Rule;
  left: number;
}

/** The newest rule that matches wins: whoever says something now means it more than what was said before. */
export function createRules(defaults: readonly Rule[]): Rules {
  let entries = defaults.map(entryOf).reverse();
  return {
    add: (rule) => void entries.unshift(entryOf(rule)),
    clear: () => {
      entries = defaults.map(entryOf).reverse();
    },
    take: (subject) => {
      const at = entries.findIndex((entry) => isFor(entry.rule, subject));
      const entry = entries[at];
      if (entry === undefined) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) entries.splice(at, 1);
      return entry.rule;
    },
    list: () => entries.map(({ rule, left }) => (Number.isFinite(left) ? { ...rule, times: left } : rule)),
  };
}

function entryOf(rule: Rule): Entry {
  return { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
}

function isFor(rule: Rule, subject: Subject): boolean {
  return (
    (rule.account === undefined || rule.account === subject.account) &&
    (rule.model === undefined || rule.model === subject.model) &&
    (rule.path === undefined || rule.path === subject.path)
  );
}
