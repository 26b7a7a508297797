const counts = new Uint16Array(128);

/** Shannon entropy of the ASCII characters from `start` to `end`, in bits for each character. */
function entropy(text: string, start: number, end: number): number {
  counts.fill(0);
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 128) counts[code] = (counts[code] ?? 0) + 1;
  }
  const length = end - start;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

/** Sixteen different characters cannot say more than four bits each, and 32 of them by chance say 3.7. */
const leastOfHex = 3;

/** Whether these characters are as mixed as a secret's, `least` bits each; of hexadecimal digits less is asked. */
export function isMixedEnough(text: string, start: number, end: number, least: number): boolean {
  const bits = entropy(text, start, end);
  return bits >= least || (bits >= leastOfHex && isHexadecimal(text, start, end));
}

function isHexadecimal(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 48 && code <= 57;
    if (!isDigit && !((code | 32) >= 97 && (code | 32) <= 102)) return false;
  }
  return true;
}
