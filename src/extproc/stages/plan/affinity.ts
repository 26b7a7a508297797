import type { Exchange } from '../../exchange.ts';

/** Body fields by which callers say whose conversation it is, the most telling first. */
const fields = ['prompt_cache_key', 'safety_identifier', 'user'] as const;

/**
 * What keeps a conversation on one target among equals, so that the provider's prompt cache is warm: the header that the
 * route names, else what the body says about the user.
 */
export function affinityValue(exchange: Exchange, header: string): string | undefined {
  const named = header === '' ? undefined : exchange.observedHeader(header);
  if (named !== undefined && named !== '') return named;
  const { json } = exchange;
  if (json === undefined) return undefined;
  for (const field of fields) {
    const value = json[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  const { metadata } = json;
  if (typeof metadata !== 'object' || metadata === null || !('user_id' in metadata)) return undefined;
  return typeof metadata.user_id === 'string' && metadata.user_id !== '' ? metadata.user_id : undefined;
}
