import type { Any } from '@bufbuild/protobuf/wkt';
import { RBACPerRouteSchema, RBACSchema } from '../../../gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js';
import { ConfigSchema } from '../../../gen/envoy/extensions/filters/http/set_filter_state/v3/set_filter_state_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import { type Extension, extension, packed } from '../extension.ts';

/*
 * Scripts, processors and WebAssembly may have the route of a request chosen anew, by a header or path that they write.
 * Envoy does not choose the filters anew: those that the request meets stay those of the route before. So one filter in
 * front of all notes which ones these are, and one behind them lets a route answer only if its own are among them.
 */

const noteName = 'met-filters';
const demandName = 'wanted-filters';

/** Filter state, which nobody can write a second time. */
const key = 'sluice.met-filters';

type Guarded = Pick<GatewayModel, 'filters' | 'listeners' | 'services'>;

/** Whether there is anything to be passed by, and somebody who could. */
export function isGuarded(gateway: Guarded): boolean {
  const { filters = [] } = gateway;
  const isAnySteering = filters.some(({ kind }) => kind === 'lua' || kind === 'processor' || kind === 'wasm');
  return isAnySteering && filters.length > 1 && !isSameEverywhere(gateway);
}

function isSameEverywhere({ listeners, services: { routes } }: Guarded): boolean {
  const [first, ...others] = listeners.map(({ filters }) => JSON.stringify(filters));
  if (others.some((other) => other !== first) || routes.some(({ filters }) => filters !== undefined)) return false;
  // What checks callers of models is not what checks those of services.
  return routes.length === 0 || listeners.every(({ filters }) => !filters?.keys && !filters?.tokens);
}

/** Both do nothing but where routes say so. */
export const noteMetFilters: Extension = extension(noteName, ConfigSchema, {});
export const demandMetFilters: Extension = extension(demandName, RBACSchema, {});

/** For a host or route with these filters, by their names in Envoy. */
export function metFilters(names: readonly string[]): Record<string, Any> {
  return { [noteName]: noting(names), [demandName]: demanding(names) };
}

function noting(names: readonly string[]): Any {
  if (names.length === 0) return packed(ConfigSchema, {});
  return packed(ConfigSchema, {
    onRequestHeaders: [
      {
        key: { case: 'objectKey', value: key },
        factoryKey: 'envoy.string',
        readOnly: true,
        value: {
          case: 'formatString',
          value: {
            format: {
              case: 'textFormatSource',
              value: { specifier: { case: 'inlineString', value: names.map(entry).join('') } },
            },
          },
        },
      },
    ],
  });
}

function demanding(names: readonly string[]): Any {
  if (names.length === 0) return packed(RBACPerRouteSchema, {});
  const principals = names.map((name) => ({
    identifier: {
      case: 'filterState',
      value: {
        key,
        matcher: { case: 'stringMatch', value: { matchPattern: { case: 'contains', value: entry(name) } } },
      },
    } as const,
  }));
  return packed(RBACPerRouteSchema, {
    rbac: {
      rules: {
        policies: {
          met: {
            permissions: [{ rule: { case: 'any', value: true } }],
            principals: [{ identifier: { case: 'andIds', value: { ids: principals } } }],
          },
        },
      },
    },
  });
}

/** Names have neither commas nor percent signs. */
function entry(name: string): string {
  return `,${name},`;
}
