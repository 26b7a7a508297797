import metadata from 'libphonenumber-js/max/metadata';

/**
 * Numbers that countries assign, by the patterns of libphonenumber's metadata. Its parser takes 30 µs a number; a text
 * may have hundreds of candidates, and their digits are known already here.
 */

/** Places in a country's entry: see `metadata.js` of the library. A test compares the answers with the library's own. */
const place = { generalPattern: 2, types: 11 };

const longestCallingCode = 3;

export type Region =
  | 'AT'
  | 'AU'
  | 'BE'
  | 'BR'
  | 'CA'
  | 'CH'
  | 'CN'
  | 'DE'
  | 'ES'
  | 'FR'
  | 'GB'
  | 'IE'
  | 'IN'
  | 'IT'
  | 'JP'
  | 'KR'
  | 'NL'
  | 'PL'
  | 'SE'
  | 'SG'
  | 'US';

const byCallingCode = new Map<string, RegExp>();

/** `digits`: behind the `+`. Countries write a trunk prefix in brackets; it is not among them. */
export function isInternationalNumber(digits: string): boolean {
  for (let length = 1; length <= longestCallingCode; length += 1) {
    const code = digits.slice(0, length);
    const pattern = byCallingCode.get(code) ?? compile(code);
    if (pattern !== undefined) return pattern.test(digits.slice(length));
  }
  return false;
}

/** Countries whose numbers are tried together. */
export interface RegionSet {
  readonly regions: readonly Region[];
  /** Compiled when it is asked for: the sources are long. */
  pattern: RegExp | undefined;
}

export function regionSet(regions: readonly Region[]): RegionSet {
  return { regions, pattern: undefined };
}

/** Significant digits, without trunk prefix. */
export function isNationalNumber(digits: string, set: RegionSet): boolean {
  set.pattern ??= patternOf(set.regions.map(planOf));
  return set.pattern?.test(digits) ?? false;
}

function compile(callingCode: string): RegExp | undefined {
  const countries: unknown = Reflect.get(metadata.country_calling_codes, callingCode);
  // Numbers of no country, such as +800.
  const shared: unknown = Reflect.get(metadata.nonGeographic, callingCode);
  const plans = Array.isArray(countries) ? countries.map((country) => planOf(String(country))) : [shared];
  const pattern = patternOf(plans);
  if (pattern !== undefined) byCallingCode.set(callingCode, pattern);
  return pattern;
}

function planOf(country: string): unknown {
  return Reflect.get(metadata.countries, country);
}

function patternOf(plans: readonly unknown[]): RegExp | undefined {
  const sources = plans.flatMap((plan) => (Array.isArray(plan) ? sourcesOf(plan) : []));
  return sources.length === 0 ? undefined : new RegExp(`^(?:${sources.join('|')})$`);
}

/** Patterns of fixed lines, mobiles and so on; of plans without them the general one. */
function sourcesOf(plan: readonly unknown[]): readonly string[] {
  const types = plan[place.types];
  const found = (Array.isArray(types) ? types : []).flatMap((type: unknown) => {
    const source: unknown = Array.isArray(type) ? type[0] : undefined;
    return typeof source === 'string' && source !== '' ? [source] : [];
  });
  const general = plan[place.generalPattern];
  return found.length > 0 || typeof general !== 'string' ? found : [general];
}
