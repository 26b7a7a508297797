/** A record on its way: encoded once, when it was handed over. */
export interface EncodedRecord {
  readonly json: string;
  /** Of the JSON in UTF-8. */
  readonly bytes: number;
}

export interface Delivered {
  /** From the front, in order. All others are handed over again, and the same ones first. */
  readonly count: number;
  /** Why it is not all of them. */
  readonly error?: string;
}

/** The far side of a queue. Never rejects. */
export interface Delivery {
  deliver(records: readonly EncodedRecord[]): Promise<Delivered>;
  close(): Promise<void>;
}

/** The code of an error, or its kind: messages may repeat what was written. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
