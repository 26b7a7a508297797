const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const places = new Int8Array(128).fill(-1);
for (let index = 0; index < alphabet.length; index += 1) places[alphabet.charCodeAt(index)] = index;

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const bech32 = 1;
const bech32m = 0x2bc830a3;
const checksumLength = 6;

/** A segregated witness address (BIP 173, BIP 350), lower case. Version 0 uses bech32, later ones bech32m. */
export function isSegwitAddress(address: string): boolean {
  const separator = address.lastIndexOf('1');
  if (separator < 1) return false;
  let state = 1;
  for (let index = 0; index < separator; index += 1) state = step(state, address.charCodeAt(index) >> 5);
  state = step(state, 0);
  for (let index = 0; index < separator; index += 1) state = step(state, address.charCodeAt(index) & 31);
  for (let index = separator + 1; index < address.length; index += 1) {
    const value = places[address.charCodeAt(index)] ?? -1;
    if (value < 0) return false;
    state = step(state, value);
  }
  const version = places[address.charCodeAt(separator + 1)] ?? -1;
  const programLength = Math.floor(((address.length - separator - 2 - checksumLength) * 5) / 8);
  if (version === 0) return state === bech32 && (programLength === 20 || programLength === 32);
  return state === bech32m && version <= 16 && programLength >= 2 && programLength <= 40;
}

function step(state: number, value: number): number {
  const top = state >>> 25;
  let next = ((state & 0x1ffffff) << 5) ^ value;
  for (let bit = 0; bit < 5; bit += 1) if ((top >>> bit) & 1) next ^= generators[bit] ?? 0;
  return next >>> 0;
}
