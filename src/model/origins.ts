/** Ids of the policy documents that a part of the model came from (`Provider/openai`), for status and NACK texts. */
export type Origins = readonly string[];
