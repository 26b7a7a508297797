import { type PolicyLevel, policyLevels } from '../decision.ts';

export interface LeveledPolicy<S> {
  readonly level: PolicyLevel;
  /** Id of its document. */
  readonly origin: string;
  readonly spec: S;
}

export interface MergedPolicy<S> {
  readonly spec: Partial<S>;
  /** All who say a field, the one that decides first. */
  readonly said: { readonly [K in keyof S]?: readonly LeveledValue<S[K]>[] };
}

/** What one policy says of one field. */
export interface LeveledValue<V> {
  readonly level: PolicyLevel;
  /** Id of the document. */
  readonly origin: string;
  readonly value: NonNullable<V>;
}

/**
 * Field by field, the closer level wins; fields are not mixed with each other's content. Within a level the
 * first one wins: whoever collects policies puts them into the order of precedence, and reports the conflict.
 */
export function mergePolicies<S extends object>(policies: readonly LeveledPolicy<S>[]): MergedPolicy<S> {
  const strongestFirst = [...policies].sort((a, b) => policyLevels.indexOf(b.level) - policyLevels.indexOf(a.level));
  const spec: Partial<S> = {};
  const said: { [K in keyof S]?: LeveledValue<S[K]>[] } = {};
  for (const { level, origin, spec: own } of strongestFirst) {
    for (const field of Object.keys(own) as (keyof S)[]) {
      const value = own[field];
      if (value === undefined || value === null) continue;
      spec[field] ??= value;
      const others = said[field] ?? [];
      if (others.every((each) => each.origin !== origin)) said[field] = [...others, { level, origin, value }];
    }
  }
  return { spec, said };
}
