import type { ClaimHeader } from './own-filter.ts';

/** Which tokens open a route. Envoy only notes what it has found in them; the processor knows the route, and demands. */
export interface TokenDemand {
  /** Name of the filter that verifies them. */
  readonly filter: string;
  /** In the order of the filter's own; one of them has to have issued the token. At least one. */
  readonly issuers: readonly { readonly claims: readonly ClaimHeader[] }[];
  /** A request without token is let in; a wrong token is not. */
  readonly isOptional: boolean;
}
