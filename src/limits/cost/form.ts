/**
 * All that a number may be while it is not known how a request divides its tokens: `weights · parts + rest`, where the
 * parts are plain, cached and newly cached input, and answered and reasoned output, and the rest lies between `low` and
 * `high`. Keeping the weights apart is what makes `input_tokens - cached_input_tokens` plus a tenth of the cached ones
 * come to no more than all of the input, and not to eleven tenths of it.
 */
export interface Form {
  /** Absent: all are 0. */
  readonly weights?: Weights;
  readonly low: number;
  readonly high: number;
  /** It may be a wider range than that of the truth. */
  readonly isLoose?: boolean;
}

type Weights = readonly [plain: number, cached: number, written: number, answered: number, reasoned: number];

/** Most tokens that a request may use. */
export interface Reach {
  readonly input: number;
  readonly output: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

export function constant(value: number): Form {
  return { low: value, high: value };
}

export function between(low: number, high: number): Form {
  return { low, high, isLoose: true };
}

export function sum(a: Form, b: Form): Form {
  const weights = a.weights && b.weights ? added(a.weights, b.weights) : (a.weights ?? b.weights);
  const isLoose = a.isLoose === true || b.isLoose === true;
  return { ...(weights && { weights }), low: a.low + b.low, high: a.high + b.high, isLoose };
}

export function scaled({ weights, low, high, isLoose }: Form, by: number): Form {
  const [first, last] = by < 0 ? [high, low] : [low, high];
  const times = weights && scaledWeights(weights, by);
  return { ...(times && { weights: times }), low: first * by, high: last * by, isLoose: isLoose === true };
}

/** Between which numbers it lies, for any division of up to so many tokens. */
export function rangeOf({ weights, low, high }: Form, { input, output }: Reach): Range {
  if (weights === undefined) return { low, high };
  const [plain, cached, written, answered, reasoned] = weights;
  return {
    low: low + input * Math.min(0, plain, cached, written) + output * Math.min(0, answered, reasoned),
    high: high + input * Math.max(0, plain, cached, written) + output * Math.max(0, answered, reasoned),
  };
}

export function product(left: Form, right: Form, reach: Reach): Form {
  const [a, b] = [knownValue(left), knownValue(right)];
  if (b !== undefined) return scaled(left, b);
  if (a !== undefined) return scaled(right, a);
  return spanned(rangeOf(left, reach), rangeOf(right, reach), (x, y) => x * y);
}

/** Undefined: it is divided by 0 whatever is used. Whole numbers are divided by nothing between -1 and 1. */
export function quotient(left: Form, right: Form, isWhole: boolean, reach: Reach): Form | undefined {
  const by = knownValue(right);
  if (by !== undefined && by !== 0) {
    const exact = scaled(left, 1 / by);
    return isWhole ? truncated(exact, reach) : exact;
  }
  const { low, high } = rangeOf(right, reach);
  if (!isWhole) return low > 0 || high < 0 ? divided(left, { low, high }, reach) : unbounded;
  if (low > -1 && high < 1) return undefined;
  if (low > -1) return truncated(divided(left, { low: Math.max(1, low), high }, reach), reach);
  if (high < 1) return truncated(divided(left, { low, high: Math.min(-1, high) }, reach), reach);
  return truncated(divided(left, { low: -1, high: 1 }, reach), reach);
}

/** With the sign of the dividend, and no larger than it or the divisor. Undefined: as with the quotient. */
export function remainder(left: Form, right: Form, reach: Reach): Form | undefined {
  if (knownValue(right) === 0) return undefined;
  const dividend = rangeOf(left, reach);
  const divisor = rangeOf(right, reach);
  const most = Math.max(Math.abs(divisor.low), Math.abs(divisor.high));
  return between(Math.max(Math.min(0, dividend.low), -most), Math.min(Math.max(0, dividend.high), most));
}

/** Towards zero: of a number that is not negative it takes up to one away. */
export function truncated(form: Form, reach: Reach): Form {
  const value = knownValue(form);
  if (value !== undefined) return constant(Math.trunc(value));
  return sum(form, { low: -1, high: rangeOf(form, reach).low >= 0 ? 0 : 1 });
}

function divided(left: Form, by: Range, reach: Reach): Form {
  return spanned(rangeOf(left, reach), by, (x, y) => x / y);
}

function spanned(a: Range, b: Range, combine: (x: number, y: number) => number): Form {
  const ends = [combine(a.low, b.low), combine(a.low, b.high), combine(a.high, b.low), combine(a.high, b.high)];
  return between(Math.min(...ends), Math.max(...ends));
}

const unbounded: Form = between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

function knownValue({ weights, low, high }: Form): number | undefined {
  return low === high && (weights === undefined || weights.every((weight) => weight === 0)) ? low : undefined;
}

function added(a: Weights, b: Weights): Weights {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

function scaledWeights(weights: Weights, by: number): Weights {
  return [weights[0] * by, weights[1] * by, weights[2] * by, weights[3] * by, weights[4] * by];
}
