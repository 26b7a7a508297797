import { protocolFault } from './error.ts';

/** Of DATA and HEADERS: the first byte says how many at the end are padding. */
export function unpadded(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length) throw protocolFault('padding longer than its frame');
  return payload.subarray(1, payload.length - padding);
}
