import { leastAmount } from '../../../limits/least-amount.ts';
import type { Grant, ItemMode, ReserveOutcome } from '../../../limits/store.ts';
import type { Charge } from './charge.ts';

/** `exceeded`: it refuses nobody, and would have refused. */
export type LimitDecision = 'admitted' | 'exceeded' | 'refused' | 'unavailable' | 'local' | 'open';

/** What came of each limit or budget; of a refusal only of the one that refused: the others had room, or were not looked at. */
export function tellDecisions(
  charges: readonly Charge[],
  outcome: ReserveOutcome,
  tell: (name: string, decision: LimitDecision) => void,
): void {
  for (const [index, charge] of charges.entries()) {
    const { name } = charge.source;
    if (outcome.kind === 'unavailable') tell(name, 'unavailable');
    else if (outcome.kind === 'admitted') tell(name, admission(charge, outcome.grants[index], outcome.modes?.[index]));
    else if (outcome.index === index) tell(name, outcome.reason === 'store-failure' ? 'unavailable' : 'refused');
  }
}

function admission(charge: Charge, grant: Grant | undefined, mode: ItemMode | undefined): LimitDecision {
  if (mode === 'local' || mode === 'open') return mode;
  return isExceeded(charge, grant) ? 'exceeded' : 'admitted';
}

/** By name: which of those that refuse nobody had no room for a request. Undefined: none. */
export function exceededBy(
  charges: readonly Charge[],
  { grants, modes }: Extract<ReserveOutcome, { readonly kind: 'admitted' }>,
): readonly string[] | undefined {
  let names: string[] | undefined;
  for (let index = 0; index < charges.length; index++) {
    const charge = charges[index];
    if (charge === undefined || admission(charge, grants[index], modes?.[index]) !== 'exceeded') continue;
    names ??= [];
    names.push(charge.source.name);
  }
  return names;
}

function isExceeded({ item }: Charge, grant: Grant | undefined): boolean {
  if (item.isAdvisory !== true || grant === undefined) return false;
  const before = item.counter.limit - (grant.used - grant.granted);
  return before < Math.max(1, leastAmount(item));
}
