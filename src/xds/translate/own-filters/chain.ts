import type { MessageInitShape } from '@bufbuild/protobuf';
import { internalHeaders } from '../../../contract.ts';
import { HeaderMutationSchema } from '../../../gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import type { HttpFilterSchema } from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import { type FilterPlace, filterPlaces, type OwnFilterKind, placeOf } from '../../../model/own-filter.ts';
import { overAds } from '../ads.ts';
import { type Extension, extension } from '../extension.ts';
import { removeHeadersStartingWith } from '../filters/header-mutation.ts';
import { inChain } from './names.ts';
import { standInType } from './stand-in.ts';

type HttpFilterInit = MessageInitShape<typeof HttpFilterSchema>;

const types: Readonly<Record<OwnFilterKind, string>> = {
  keys: 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth',
  tokens: 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  lua: 'envoy.extensions.filters.http.lua.v3.Lua',
  processor: 'envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor',
  wasm: 'envoy.extensions.filters.http.wasm.v3.Wasm',
};

function typeUrlsOf(kind: OwnFilterKind): string[] {
  return [...new Set([types[kind], standInType])].map((type) => `type.googleapis.com/${type}`);
}

type Chosen = Pick<GatewayModel, 'filters' | 'listeners' | 'services'>;

/** All of some places, switched off: hosts and routes switch on what they have chosen. Without its resource one answers 500. */
export function ownFilters(gateway: Chosen, places: readonly FilterPlace[]): HttpFilterInit[] {
  const { filters = [] } = gateway;
  return filterPlaces
    .filter((place) => places.includes(place))
    .flatMap((place) => filters.filter((filter) => placeOf(filter) === place))
    .flatMap((filter) =>
      inChain(filter, gateway).map(
        ({ name }): HttpFilterInit => ({
          name,
          disabled: true,
          configType: {
            case: 'configDiscovery',
            value: { configSource: overAds, typeUrls: typeUrlsOf(filter.kind) },
          },
        }),
      ),
    );
}

/**
 * What callers may not say, their filters may not say for them. As for callers (`clientHeaders`), but behind filters that
 * set headers.
 */
export function afterOwnFilters({ filters = [] }: Pick<Chosen, 'filters'>): Extension | undefined {
  if (filters.length === 0) return undefined;
  return extension('after-own-filters', HeaderMutationSchema, {
    mutations: {
      requestMutations: [removeHeadersStartingWith(internalHeaders.prefix), removeHeadersStartingWith('x-envoy-')],
    },
  });
}
