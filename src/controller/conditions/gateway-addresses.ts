import { type Fields, listOf, textOf } from './fields.ts';
import type { GatewayAddress } from './outcome.ts';

/** Those that the status of a Gateway has now. */
export function addressesIn(status: Fields): readonly GatewayAddress[] {
  return listOf(status.addresses).flatMap(({ type, value }): GatewayAddress[] => {
    const text = textOf(value);
    return text !== undefined && (type === 'IPAddress' || type === 'Hostname') ? [{ type, value: text }] : [];
  });
}
