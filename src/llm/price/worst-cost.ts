import { Bill, type Cost } from './cost.ts';
import type { PriceRates, Pricing, RateName } from './pricing.ts';
import { rateOf, ratesBetween } from './rates.ts';
import { reachablePrices } from './service-class.ts';

export interface Reach {
  /** As the request asks for it. */
  readonly serviceTier?: unknown;
  /** False: the request holds no audio, and asks for none. Default true. */
  readonly hasAudio?: boolean;
  /** False: nothing can be written to a cache. Default true. */
  readonly canWriteCache?: boolean;
  /** Images asked for. Default 0. */
  readonly images?: number;
}

/** More than any budget holds: what a request could cost beyond it makes no difference. */
const mostThatCounts = Number.MAX_SAFE_INTEGER;

/** An estimate of input tokens may be off by so much; a tier that begins within may be the one. */
const estimateError = { least: 0.8, most: 1.25 };

/**
 * The most that so many tokens can cost, for a reservation: at the dearest tier, class and kind of tokens that the
 * request can reach. Unknown where any of the prices that every request meets is.
 */
export function worstCost(
  inputTokens: number,
  outputCap: number,
  pricing: Pricing | undefined,
  reach: Reach = {},
): Cost {
  if (pricing === undefined) return { kind: 'unknown', reason: 'unpriced' };
  const least = Math.floor(inputTokens * estimateError.least);
  const most = Math.ceil(inputTokens * estimateError.most);
  let worst: Cost | undefined;
  for (const price of reachablePrices(pricing, reach.serviceTier)) {
    // A class without a price is asked for: whether it will answer is known afterwards.
    if (price === undefined) return { kind: 'unknown', reason: 'tier', of: String(reach.serviceTier) };
    const images = reach.images ?? 0;
    const perImage = images > 0 ? price.perImage : undefined;
    for (const rates of ratesBetween(price, least, most)) {
      const bill = new Bill(rates, perImage !== undefined);
      bill.tokens(dearest(rates, 'input', inputKinds(reach)), inputTokens);
      bill.tokens(dearest(rates, 'output', outputKinds(reach)), outputCap);
      bill.pieces(perImage ?? 0, images);
      bill.pieces(price.perRequest ?? 0, 1);
      const total = boundedBy(mostThatCounts, bill.total());
      if (total.kind === 'unknown') return total;
      if (worst?.kind !== 'known' || total.nanoUsd > worst.nanoUsd) worst = total;
    }
  }
  return worst ?? { kind: 'unknown', reason: 'unpriced' };
}

/** The price is known, however many tokens the caller allows: it must not pass for a model without a price. */
function boundedBy(nanoUsd: number, cost: Cost): Cost {
  return cost.kind === 'unknown' && cost.reason === 'too large' ? { kind: 'known', nanoUsd, isDerived: false } : cost;
}

function inputKinds({ hasAudio = true, canWriteCache = true }: Reach): readonly RateName[] {
  const kinds: RateName[] = ['cachedInput', 'imageInput'];
  if (hasAudio) kinds.push('audioInput');
  if (canWriteCache) kinds.push('cacheWrite', 'cacheWrite1h');
  return kinds;
}

function outputKinds({ hasAudio = true }: Reach): readonly RateName[] {
  return hasAudio ? ['reasoning', 'audioOutput'] : ['reasoning'];
}

/** Kinds without a price may not come up at all: if they do, the cost is unknown then. */
function dearest(rates: PriceRates, plain: RateName, kinds: readonly RateName[]): RateName {
  let name = plain;
  let most = rateOf(rates, plain).nanoUsd;
  if (most === undefined) return plain;
  for (const kind of kinds) {
    const { nanoUsd } = rateOf(rates, kind);
    if (nanoUsd === undefined || nanoUsd <= most) continue;
    name = kind;
    most = nanoUsd;
  }
  return name;
}
