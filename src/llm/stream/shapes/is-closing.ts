/** A chunk without choices says that they are over when it tells what they cost. Others are remarks in between. */
export function isClosing(chunk: object, choices: readonly unknown[]): boolean {
  if ('error' in chunk && chunk.error) return true;
  return choices.length === 0 && 'usage' in chunk && typeof chunk.usage === 'object' && chunk.usage !== null;
}
