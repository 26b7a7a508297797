const counts = new Uint16Array(128);

/** Shannon entropy of the ASCII characters from `start` to `end`, in bits for each character. */
export function entropy(text: string, start: number, end: number): number {
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
