import { jsonTokens } from './json-tokens.ts';
import { mediaPartTokens, mediaTokens } from './media-parts.ts';
import { mediaRanges } from './media-ranges.ts';

const textApis: ReadonlySet<string> = new Set([
  ...['chat.completions', 'completions', 'embeddings', 'responses', 'messages', 'images.generations'],
]);

/** Counting tokens costs none. */
const freeApis: ReadonlySet<string> = new Set(['responses.input_tokens', 'messages.count_tokens']);

/** Anthropic's tokenizers make more of a text than OpenAI's, by which the weights were fitted. */
const messagesPercent = 120;

/**
 * Input tokens of a request before anybody has counted them, from its bytes: what limits and budgets reserve. `json` is
 * the same body parsed; undefined: of no known shape.
 */
export function estimateInput(api: string, body: Buffer, json: object | undefined): number {
  if (freeApis.has(api)) return 0;
  if (json === undefined || !textApis.has(api)) return Math.ceil(body.length / 4);
  const listed = tokensListed(api, json);
  if (listed !== undefined) return listed;
  const ranges = mediaRanges(body);
  let tokens = Math.max(mediaPartTokens(json), ranges.length * mediaTokens.image);
  let start = 0;
  for (const range of ranges) {
    tokens += jsonTokens(body, start, range.start);
    start = range.end;
  }
  tokens += jsonTokens(body, start);
  return api === 'messages' ? Math.ceil((tokens * messagesPercent) / 100) : tokens;
}

/** Where the caller sends tokens instead of text, their number is exact. */
function tokensListed(api: string, json: object): number | undefined {
  const input =
    api === 'embeddings' ? member(json, 'input') : api === 'completions' ? member(json, 'prompt') : undefined;
  if (!Array.isArray(input)) return undefined;
  if (typeof input[0] === 'number') return input.length;
  if (!Array.isArray(input[0])) return undefined;
  let tokens = 0;
  for (const list of input as unknown[]) {
    if (!Array.isArray(list) || typeof list[0] !== 'number') return undefined;
    tokens += list.length;
  }
  return tokens;
}

function member(json: object, name: string): unknown {
  return (json as Readonly<Record<string, unknown>>)[name];
}
