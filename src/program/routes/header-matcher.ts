import type { ObservedRequest } from '../program.ts';

/** What a route demands of one header. */
export interface HeaderMatcher {
  readonly name: string;
  /** Undefined: it is not one value that is demanded. */
  readonly exact: string | undefined;
  matches(value: string): boolean;
}

export function matchHeaders(matchers: readonly HeaderMatcher[], request: ObservedRequest | undefined): boolean {
  for (const matcher of matchers) {
    const value = request?.observedHeader(matcher.name);
    if (value === undefined || !matcher.matches(value)) return false;
  }
  return true;
}
