import { hash } from 'node:crypto';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const places = new Int8Array(128).fill(-1);
for (let index = 0; index < alphabet.length; index += 1) places[alphabet.charCodeAt(index)] = index;

export function isBase58(code: number): boolean {
  return code >= 0 && code < 128 && (places[code] ?? -1) >= 0;
}

const addressBytes = 25;

/** Base58Check of 20 bytes and a version: the last four bytes are the first of a double SHA-256 of the others. */
export function isBase58Check(address: string): boolean {
  const bytes = new Uint8Array(addressBytes);
  for (let index = 0; index < address.length; index += 1) {
    let carry = places[address.charCodeAt(index)] ?? -1;
    if (carry < 0) return false;
    for (let place = addressBytes - 1; place >= 0; place -= 1) {
      carry += (bytes[place] ?? 0) * 58;
      bytes[place] = carry & 255;
      carry >>= 8;
    }
    if (carry > 0) return false;
  }
  // Pay to public key hash and pay to script hash.
  if (bytes[0] !== 0 && bytes[0] !== 5) return false;
  const sum = hash('sha256', hash('sha256', bytes.subarray(0, 21), 'buffer'), 'buffer');
  return sum[0] === bytes[21] && sum[1] === bytes[22] && sum[2] === bytes[23] && sum[3] === bytes[24];
}
