export interface JsonLimits {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** Most values altogether: members of objects and items of arrays. */
  readonly values: number;
}

/**
 * Far above what any API asks for (the longest list is the 300,000 tokens of an embedding). A body is read in one go
 * while everybody else waits, and what that costs depends on the number of values more than on the length.
 */
export const defaultJsonLimits: JsonLimits = { depth: 128, values: 500_000 };
