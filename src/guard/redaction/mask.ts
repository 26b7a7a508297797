/**
 * Every character hidden but the last `keep`, and never more than half of them shown: a rule that keeps four of a card
 * number must not show a PIN. Separators are hidden as well, since a password may consist of nothing else.
 */
export function mask(value: string, keep: number): string {
  const characters = Array.from(value);
  const shown = Math.min(Math.max(0, keep), characters.length >> 1);
  const hidden = characters.length - shown;
  return '*'.repeat(hidden) + characters.slice(hidden).join('');
}
