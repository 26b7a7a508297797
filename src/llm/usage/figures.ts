/**
 * What a provider has said about usage so far, in its own terms. Undefined: not said; zero: said to be zero. A later
 * statement replaces an earlier one field by field: most providers repeat cumulative figures, so that a sum would count
 * the same tokens many times, and some correct themselves downward, so that a maximum would be wrong too.
 */
export interface Figures {
  input?: number;
  output?: number;
  total?: number;
  cachedInput?: number;
  cacheWrite?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  audioInput?: number;
  imageInput?: number;
  reasoning?: number;
  audioOutput?: number;
}

type Names = readonly (readonly [keyof Figures, readonly string[]])[];

const totals: Names = [
  ['input', ['prompt_tokens', 'input_tokens']],
  ['output', ['completion_tokens', 'output_tokens']],
  ['total', ['total_tokens']],
];

/** Below `usage` itself: of vendors that speak OpenAI's shape with words of their own. */
const vendorDetails: Names = [
  ['cachedInput', ['prompt_cache_hit_tokens', 'cache_read_input_tokens', 'cached_tokens']],
  ['cacheWrite', ['cache_creation_input_tokens']],
  ['reasoning', ['reasoning_tokens']],
];

const inputDetails: Names = [
  ['cachedInput', ['cached_tokens']],
  ['cacheWrite', ['cache_write_tokens', 'cache_creation_tokens']],
  ['audioInput', ['audio_tokens']],
  ['imageInput', ['image_tokens']],
];

const outputDetails: Names = [
  ['reasoning', ['reasoning_tokens']],
  ['audioOutput', ['audio_tokens']],
];

const messagesFigures: Names = [
  ['input', ['input_tokens']],
  ['output', ['output_tokens']],
  ['cachedInput', ['cache_read_input_tokens']],
  ['cacheWrite', ['cache_creation_input_tokens']],
];

const messagesCacheWrites: Names = [
  ['cacheWrite5m', ['ephemeral_5m_input_tokens']],
  ['cacheWrite1h', ['ephemeral_1h_input_tokens']],
];

const messagesOutputDetails: Names = [['reasoning', ['reasoning_tokens', 'thinking_tokens']]];

/** Reads `usage` of OpenAI's APIs, whose input includes what was cached. False: it says nothing. */
export function readInclusive(usage: unknown, figures: Figures): boolean {
  if (!isObject(usage)) return false;
  let isSaid = take(usage, totals, figures);
  isSaid = take(usage, vendorDetails, figures) || isSaid;
  const input = usage.prompt_tokens_details ?? usage.input_tokens_details ?? usage.input_token_details;
  if (isObject(input)) isSaid = take(input, inputDetails, figures) || isSaid;
  const output = usage.completion_tokens_details ?? usage.output_tokens_details ?? usage.output_token_details;
  if (isObject(output)) isSaid = take(output, outputDetails, figures) || isSaid;
  return isSaid;
}

/** Reads `usage` of Anthropic's messages, whose input is only what was neither read from a cache nor written to it. */
export function readExclusive(usage: unknown, figures: Figures): boolean {
  if (!isObject(usage)) return false;
  const isSaid = take(usage, messagesFigures, figures);
  const writes = usage.cache_creation;
  const isSplit = isObject(writes) && take(writes, messagesCacheWrites, figures);
  if (!isSplit && tokenCount(usage.cache_creation_input_tokens) !== undefined) forgetStaleSplit(figures);
  if (isObject(usage.output_tokens_details)) take(usage.output_tokens_details, messagesOutputDetails, figures);
  return isSaid || isSplit;
}

/** A new sum without its parts: the parts said before belong to another sum. */
function forgetStaleSplit(figures: Figures): void {
  if ((figures.cacheWrite5m ?? 0) + (figures.cacheWrite1h ?? 0) === figures.cacheWrite) return;
  delete figures.cacheWrite5m;
  delete figures.cacheWrite1h;
}

function take(from: Readonly<Record<string, unknown>>, names: Names, figures: Figures): boolean {
  let isSaid = false;
  for (const [field, members] of names) {
    for (const member of members) {
      const count = tokenCount(from[member]);
      if (count === undefined) continue;
      figures[field] = count;
      isSaid = true;
      break;
    }
  }
  return isSaid;
}

/** Hundreds of times what models take: whoever says more is mistaken, and its answer would use up a budget. */
const mostTokens = 1_000_000_000;

/** A number that can be one of tokens. What cannot is refused alone: the figures beside it may be right. */
function tokenCount(value: unknown): number | undefined {
  // Minus zero would be printed as `-0` by some.
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens
    ? value + 0
    : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
