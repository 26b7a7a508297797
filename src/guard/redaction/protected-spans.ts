import type { Excerpt } from '../excerpt.ts';
import type { Hiding } from './hiding.ts';
import { ownTokens } from './own-tokens.ts';
import type { Span } from './span.ts';
import type { Vault } from './vault.ts';

/**
 * What rules do not look into, since it stands for something hidden already: in requests every token that the tenant has
 * made, in responses those of this request, which are about to be restored.
 */
export function protectedSpans({ text, base }: Excerpt, until: number, { vault, phase }: Hiding): readonly Span[] {
  const spans = phase === 'request' ? ownTokens(text, vault) : issuedTokens(text, vault);
  const placed = base === 0 ? spans : spans.map((span) => ({ start: span.start + base, end: span.end + base }));
  return placed.filter((span) => span.start < until);
}

function issuedTokens(text: string, vault: Vault): readonly Span[] {
  return vault.index?.find(text, 0).filter((token) => token.value !== undefined) ?? [];
}
