import { fromExclusive, fromInclusive } from './convert.ts';
import { type Figures, isObject, readExclusive, readInclusive } from './figures.ts';
import { imagesIn, serviceTierOf } from './response-facts.ts';
import { noTokens, type Usage } from './usage.ts';

/** Counting tokens costs none. */
const freeApis: ReadonlySet<string> = new Set(['responses.input_tokens', 'messages.count_tokens']);

/** What a whole answer says that it used; undefined: nothing, so it has to be estimated. */
export function usageOfBody(api: string, json: unknown): Usage | undefined {
  if (!isObject(json)) return undefined;
  if (freeApis.has(api)) {
    return 'input_tokens' in json ? { ...noTokens, source: 'provider', completeness: 'exact' } : undefined;
  }
  const images = api === 'images.generations' ? imagesIn(json) : 0;
  const around = { isComplete: true, images, serviceTier: serviceTierOf(json) };
  const figures: Figures = {};
  if (isExclusive(api, json)) return readExclusive(json.usage, figures) ? fromExclusive(figures, around) : undefined;
  const usage = readInclusive(json.usage, figures) ? fromInclusive(api, figures, around) : undefined;
  if (usage !== undefined || images === 0) return usage;
  // Models that are paid per image tell no tokens.
  return { ...noTokens, images, source: 'counted', completeness: 'exact' };
}

/** An API that we do not know by name tells by its type which contract it follows. */
function isExclusive(api: string, json: Readonly<Record<string, unknown>>): boolean {
  return api === 'messages' || (api === 'unknown' && json.type === 'message');
}
