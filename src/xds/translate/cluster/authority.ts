import { isIP } from 'node:net';
import type { Address } from '../../../model/provider.ts';

/** What requests call the host. RFC 9110 section 7.2: the port is left out where it is the default of the scheme. */
export function authority({ host, port, hostname }: Address, hasTls: boolean): string {
  if (hostname !== undefined) return hostname;
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return port === (hasTls ? 443 : 80) ? name : `${name}:${port}`;
}
