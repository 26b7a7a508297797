import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SettingsSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { GatewayModel } from '../../model/gateway.ts';
import { type TokenFilter, tokenPlaces } from '../../model/own-filter.ts';

export type TokenSettings = Pick<
  MessageInitShape<typeof SettingsSchema>,
  'tokenSources' | 'listenerTokens' | 'hasOptionalTokens'
>;

/** What the processor has to know of tokens before it knows the route; undefined: nothing. */
export function tokenSettings({ listeners, routes, filters = [] }: GatewayModel): TokenSettings | undefined {
  const all = filters.filter((filter) => filter.kind === 'tokens');
  const noted = new Set(listeners.flatMap(({ notedTokens = [], tokens }) => [...notedTokens, tokens?.filter]));
  // Also those that Envoy demands so far: it may say at any time that this is up to the processor now.
  const ofListeners = new Set(listeners.flatMap(({ filters: chosen }) => chosen?.tokens ?? []));
  const demanded = all.filter(({ name }) => ofListeners.has(name));
  const sources = all.filter(({ name }) => noted.has(name));
  if (sources.length + demanded.length === 0) return undefined;
  return {
    tokenSources: sources.flatMap(sourcesOf),
    listenerTokens: demanded.map(({ name, issuers, isOptional }) => ({
      filter: name,
      // Envoy makes the headers of claims.
      issuers: issuers.map(() => ({ claims: [] })),
      isOptional,
    })),
    hasOptionalTokens: routes.some(({ tokens }) => tokens?.isOptional === true),
  };
}

/** The places in which tokens are shown, issuer by issuer. */
function sourcesOf({ name, issuers }: TokenFilter) {
  return issuers.map((issuer, index) => ({
    filter: name,
    issuer: index,
    headers: [...new Set(tokenPlaces(issuer).map(({ header }) => header))],
  }));
}
