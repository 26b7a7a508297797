import { TypedExtensionConfigSchema } from '../../../gen/envoy/config/core/v3/extension_pb.js';
import { choosesRoutes } from '../../../model/chosen-by-claims.ts';
import type { GatewayModel } from '../../../model/gateway.ts';
import type { OwnFilter } from '../../../model/own-filter.ts';
import type { Secret } from '../../../model/secret.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { encode } from '../encode.ts';
import type { Extension } from '../extension.ts';
import { keyFilter } from './keys.ts';
import { luaFilter } from './lua.ts';
import { type FilterUse, inChain } from './names.ts';
import { notingFilter } from './noted-tokens.ts';
import { processorFilter } from './processor.ts';
import { tokenFilter } from './tokens.ts';
import { wasmFilter } from './wasm.ts';

/**
 * Each filter is a resource of its own, which listeners name: another script or set of keys cuts no stream, and one that
 * Envoy refuses is the only one that it refuses.
 */
export function ownFilterResources(gateway: GatewayModel): Resource[] {
  const filters = gateway.filters ?? [];
  if (filters.length === 0) return [];
  const secrets = new Map(gateway.secrets.map((secret) => [secret.name, secret]));
  return filters.flatMap((filter) =>
    inChain(filter, gateway).map(({ name, use }) => {
      const { typedConfig } = configOf(filter, name, use, secrets, gateway);
      return encode(TypedExtensionConfigSchema, name, { name, typedConfig }, filter.origins);
    }),
  );
}

function configOf(
  filter: OwnFilter,
  name: string,
  use: FilterUse,
  secrets: ReadonlyMap<string, Secret>,
  { services, listeners }: GatewayModel,
): Pick<Extension, 'typedConfig'> {
  switch (filter.kind) {
    case 'keys':
      return keyFilter(filter, secrets);
    case 'tokens':
      return use === 'noting' || use === 'describing'
        ? notingFilter(filter, name, use === 'describing')
        : tokenFilter(filter, name, {
            isTaken: use === 'taking',
            // What is asked of models stays with the processor, which reads the headers itself.
            choosesRoutes: use === 'plain' && choosesRoutes(filter, services.routes, listeners),
          });
    case 'lua':
      return luaFilter(filter);
    case 'processor':
      return processorFilter(filter);
    case 'wasm':
      return wasmFilter(filter);
  }
}
