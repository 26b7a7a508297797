import type { NumberForm } from '../number-form.ts';
import { judgeNhs, judgeNino } from '../validators/united-kingdom.ts';
import { judgeUnchecked } from '../validators/united-states.ts';

export const unitedKingdom: readonly NumberForm[] = [
  {
    entity: 'UK_NHS',
    templates: ['999~999~9999'],
    score: 0.4,
    judge: judgeNhs,
    validator: 'mod-11',
    // Grouped as US phone numbers are.
    needsContext: 'always',
  },
  {
    entity: 'UK_NINO',
    templates: ['AA~99~99~99~A', 'AA 999999 A'],
    score: 0.5,
    judge: judgeNino,
    validator: undefined,
    needsContext: 'never',
  },
  {
    entity: 'UK_PASSPORT',
    templates: ['999999999'],
    score: 0.3,
    judge: judgeUnchecked,
    validator: undefined,
    needsContext: 'always',
  },
];
