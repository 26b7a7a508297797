import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TokenSourceSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { GatewayModel } from '../../model/gateway.ts';
import { tokenPlaces } from '../../model/own-filter.ts';

export type TokenSourceInit = MessageInitShape<typeof TokenSourceSchema>;

/** All places in which tokens are shown that routes ask for, issuer by issuer. */
export function tokenSources({ listeners, filters = [] }: GatewayModel): readonly TokenSourceInit[] {
  const noted = new Set(listeners.flatMap(({ notedTokens = [] }) => notedTokens));
  return filters.flatMap((filter) =>
    filter.kind === 'tokens' && noted.has(filter.name)
      ? filter.issuers.map((issuer, index) => ({
          filter: filter.name,
          issuer: index,
          headers: [...new Set(tokenPlaces(issuer).map(({ header }) => header))],
        }))
      : [],
  );
}
