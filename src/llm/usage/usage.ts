/** Where the figures come from: the provider said them, or we counted the texts that passed, or we only guess. */
export type UsageSource = 'provider' | 'counted' | 'estimated';

/** `partial`: some figures are missing, or the answer broke off after them. */
export type UsageCompleteness = 'exact' | 'partial' | 'estimated';

/**
 * What a request used, in one inclusive contract for every API: details are parts of the totals, never additions to
 * them. The parts of `input` never add up to more than it, nor do those of `output`.
 */
export interface Usage {
  /** All input tokens: cached, written to a cache, audio and images included. */
  readonly input: number;
  readonly cachedInput: number;
  /** Also what is written to a cache whose time to live nobody tells. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly audioInput: number;
  readonly imageInput: number;
  /** All output tokens, reasoning and audio included. */
  readonly output: number;
  readonly reasoning: number;
  readonly audioOutput: number;
  /** `input + output`. */
  readonly total: number;
  /** The provider's own total, where it says another one. */
  readonly reportedTotal?: number;
  /** Images made: a unit of its own. */
  readonly images: number;
  /** Of the response, never of the request: `priority` asked for is not `priority` given. */
  readonly serviceTier?: string;
  readonly source: UsageSource;
  readonly completeness: UsageCompleteness;
}

export const noTokens = {
  input: 0,
  cachedInput: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  imageInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
  total: 0,
  images: 0,
} as const;
