export interface JsonLimits {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** Most members of objects altogether. */
  readonly members: number;
}

/** Far above what any API asks for, far below what exhausts a parser further down the road or holds up other requests. */
export const defaultJsonLimits: JsonLimits = { depth: 128, members: 200_000 };
