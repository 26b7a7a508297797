import type { LimitView } from '../../../limits/headers.ts';
import type { Figures, ItemMode } from '../../../limits/store.ts';
import { type Charge, viewOf } from './charge.ts';

/** What callers are told: not of what refuses nobody, which is no limit of theirs. */
export function shownLimits(charges: readonly Charge[], figures: readonly (Figures | undefined)[]): LimitView[] {
  const views: LimitView[] = [];
  for (let index = 0; index < charges.length; index++) {
    const [charge, figure] = [charges[index], figures[index]];
    if (charge !== undefined && figure !== undefined && isShown(charge)) views.push(viewOf(charge, figure));
  }
  return views;
}

/** Who decided about those. */
export function shownModes(
  charges: readonly Charge[],
  modes: readonly ItemMode[] | undefined,
): readonly ItemMode[] | undefined {
  return modes?.filter((_, index) => isShown(charges[index]));
}

function isShown(charge: Charge | undefined): boolean {
  return charge?.item.isAdvisory !== true;
}
