/** Ids of the policy documents that a part of the model came from (`Provider/openai`), for status and NACK texts. */
export type Origins = readonly string[];

/** A listener of a Gateway, beside the document as a whole: what is refused of one says nothing of the others. */
export function listenerOrigin(gateway: string, listener: string): string {
  return `${gateway}#${listener}`;
}
