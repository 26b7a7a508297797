import type { ReserveOutcome } from '../../../limits/store.ts';
import type { Charge } from './charge.ts';

export type LimitDecision = 'admitted' | 'refused' | 'unavailable' | 'local' | 'open';

/** What came of each limit or budget; of a refusal only of the one that refused: the others had room, or were not looked at. */
export function tellDecisions(
  charges: readonly Charge[],
  outcome: ReserveOutcome,
  tell: (name: string, decision: LimitDecision) => void,
): void {
  for (const [index, { source }] of charges.entries()) {
    if (outcome.kind === 'unavailable') tell(source.name, 'unavailable');
    else if (outcome.kind === 'admitted') {
      const mode = outcome.modes?.[index];
      tell(source.name, mode === 'local' || mode === 'open' ? mode : 'admitted');
    } else if (outcome.index === index) {
      tell(source.name, outcome.reason === 'store-failure' ? 'unavailable' : 'refused');
    }
  }
}
