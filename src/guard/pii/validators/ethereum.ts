import { keccak256 } from './keccak.ts';
import { type Verdict, validIf } from './verdict.ts';

/** EIP-55: the case of the letters is a checksum. In one case throughout there is none. `digits`: 40, without `0x`. */
export function judgeEthereum(digits: string): Verdict {
  const lower = digits.toLowerCase();
  if (digits === lower || digits === digits.toUpperCase()) return 'plausible';
  const bytes = keccak256(lower, 20);
  for (let index = 0; index < 40; index += 1) {
    const byte = bytes[index >> 1] ?? 0;
    const isUpper = (index % 2 === 0 ? byte >> 4 : byte & 15) >= 8;
    const character = lower.charAt(index);
    if (digits[index] !== (isUpper ? character.toUpperCase() : character)) return 'invalid';
  }
  return validIf(true);
}
