import { base32Class } from './base32.ts';
import type { Span } from './span.ts';
import { longestLabel, suffixLength } from './token.ts';
import type { Vault } from './vault.ts';

const tokenLike = new RegExp(
  `(?<![A-Za-z0-9_])([A-Za-z][A-Za-z0-9_]{0,${longestLabel - 1}})_(${base32Class}{${suffixLength}})`,
  'g',
);

/**
 * Where a request already holds tokens of its tenant: in a history whose answers were not restored, or because it has been
 * through here before. They are not looked into, or every pass would wrap what the pass before made.
 */
export function ownTokens(text: string, vault: Vault): readonly Span[] {
  if (!text.includes('_')) return [];
  const spans: Span[] = [];
  for (const match of text.matchAll(tokenLike)) {
    const [whole, label = '', idAndCheck = ''] = match;
    if (vault.isOwn(label, idAndCheck)) spans.push({ start: match.index, end: match.index + whole.length });
  }
  return spans;
}
