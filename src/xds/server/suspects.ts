/**
 * Which resources of a refused batch are the bad ones. The wire does not say; Envoy and our processor name them in the
 * text. When the text names none of the batch, every one of it is suspect.
 */
export function suspectsIn(text: string, batch: readonly string[]): readonly string[] {
  const words = new Set(text.match(/[A-Za-z0-9_./-]+/g)?.flatMap((word) => [word, word.replace(/[./-]+$/, '')]));
  const named = batch.filter((name) => words.has(name) || (/[^A-Za-z0-9_./-]/.test(name) && text.includes(name)));
  return named.length > 0 ? named : batch;
}
