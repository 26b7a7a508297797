import type { Redaction } from '../rule.ts';
import type { Hiding } from './hiding.ts';
import { labelOf } from './label.ts';
import { mask } from './mask.ts';

/** What stands for `value` from now on. */
export function replacement(redaction: Redaction, entity: string, value: string, { vault, phase }: Hiding): string {
  switch (redaction.style) {
    case 'text':
      return redaction.text;
    case 'label':
      return `[${labelOf(entity)}]`;
    case 'mask':
      return mask(value, redaction.keepLast);
    case 'hash':
      return `[${labelOf(entity)}:${vault.hash(entity, value)}]`;
    case 'reversible':
      // What the response brings was never the caller's own: it gets a token that nothing turns back.
      return phase === 'request' ? vault.issue(entity, value) : vault.token(entity, value);
  }
}
