/** Where a policy is attached, the weakest first: what is closer to the backend knows more about the request. */
export const policyLevels = ['gateway', 'listener', 'route', 'rule', 'backend'] as const;
export type PolicyLevel = (typeof policyLevels)[number];

export interface LeveledPolicy<S> {
  readonly level: PolicyLevel;
  /** Id of its document. */
  readonly origin: string;
  readonly spec: S;
}

export interface MergedPolicy<S> {
  readonly spec: Partial<S>;
  /** Which document each field comes from. Sorted by field. */
  readonly decidedBy: readonly FieldOrigin[];
}

export interface FieldOrigin {
  readonly field: string;
  /** Id of a document. */
  readonly origin: string;
}

/**
 * Field by field, the closer level wins; fields are not mixed with each other's content. Within a level the smaller id
 * wins, so that the result does not depend on the order of reading; whoever collects the policies reports the conflict.
 */
export function mergePolicies<S extends object>(policies: readonly LeveledPolicy<S>[]): MergedPolicy<S> {
  const strongestLast = [...policies].sort(
    (a, b) => policyLevels.indexOf(a.level) - policyLevels.indexOf(b.level) || (a.origin < b.origin ? 1 : -1),
  );
  const spec: Partial<S> = {};
  const origins = new Map<string, string>();
  for (const policy of strongestLast) {
    for (const field of Object.keys(policy.spec) as (keyof S & string)[]) {
      if (policy.spec[field] === undefined) continue;
      spec[field] = policy.spec[field];
      origins.set(field, policy.origin);
    }
  }
  return {
    spec,
    decidedBy: [...origins].map(([field, origin]) => ({ field, origin })).sort((a, b) => (a.field < b.field ? -1 : 1)),
  };
}
