import { staticTable } from './static-table.ts';

/**
 * A table of nothing. The first block to a client whose table is smaller than the usual one must say how much of it is
 * used (RFC 7541 section 4.2), and since none is used, every block may say so.
 */
const noTable = 0x20;

/**
 * A header block that stands by itself: nothing of it is remembered by either side, so that it can be made once and sent
 * on every stream of every connection; two of them do not make one. Names and values in turns.
 */
export function encodeHeaders(list: readonly string[]): Buffer {
  const parts: Buffer[] = [Buffer.of(noTable)];
  for (let at = 0; at < list.length; at += 2) {
    const [name = '', value = ''] = list.slice(at, at + 2);
    const whole = staticTable.findIndex((entry) => entry[0] === name && entry[1] === value) + 1;
    if (whole > 0) {
      parts.push(encodeInteger(0x80, 0x7f, whole));
      continue;
    }
    const named = staticTable.findIndex((entry) => entry[0] === name) + 1;
    parts.push(encodeInteger(0x00, 0x0f, named));
    if (named === 0) parts.push(...encodeText(name));
    parts.push(...encodeText(value));
  }
  return Buffer.concat(parts);
}

function encodeText(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  return [encodeInteger(0x00, 0x7f, bytes.length), bytes];
}

/** `kind` fills the bits of the first byte that `mask` leaves. */
function encodeInteger(kind: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.of(kind | value);
  const bytes = [kind | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push(0x80 | (rest & 0x7f));
  bytes.push(rest);
  return Buffer.from(bytes);
}
