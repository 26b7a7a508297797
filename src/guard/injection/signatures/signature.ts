export interface Signature {
  readonly id: string;
  /** How much it says alone, 0 to 1. */
  readonly weight: number;
  /** On folded text (lower case, Latin look-alikes). Every repetition is bounded, so that no text makes it slow. */
  readonly pattern: RegExp;
}

/** Id, weight and pattern, as the tables write them. */
export type SignatureRow = readonly [string, number, string];

export function signatureOf([id, weight, source]: SignatureRow): Signature {
  return { id, weight, pattern: new RegExp(source, 'g') };
}
