import type { MessageInitShape } from '@bufbuild/protobuf';
import { clusterNames } from '../../../contract.ts';
import type { RouteMatchSchema, RouteSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import { healthPath } from '../filters/health.ts';
import { unprocessed } from '../filters/processor-filter.ts';

type RouteMatchInit = MessageInitShape<typeof RouteMatchSchema>;
type RouteInit = MessageInitShape<typeof RouteSchema>;

/**
 * Routes that Envoy answers itself. The processor is switched off on them: otherwise it would be asked about the
 * answer, and a health check would fail with the processor. Since nobody has decided about these requests, none of them
 * may reach a provider.
 */
function ownAnswer(name: string, status: number, match: RouteMatchInit): RouteInit {
  return { name, match, action: { case: 'directResponse', value: { status } }, typedPerFilterConfig: unprocessed };
}

/** The health filter answers before the router does; the status here is never seen. */
export const healthRoute = ownAnswer('health', 404, { pathSpecifier: { case: 'path', value: healthPath } });

/**
 * Likewise the CORS filter, for the origins that the policy allows. It passes over routes without a cluster, so this one
 * names the cluster that refuses.
 */
export function preflightRoute(prefix: string): RouteInit {
  return {
    name: 'preflight',
    match: {
      pathSpecifier: { case: 'prefix', value: prefix },
      headers: [
        {
          name: ':method',
          headerMatchSpecifier: { case: 'stringMatch', value: { matchPattern: { case: 'exact', value: 'OPTIONS' } } },
        },
        { name: 'origin', headerMatchSpecifier: { case: 'presentMatch', value: true } },
        { name: 'access-control-request-method', headerMatchSpecifier: { case: 'presentMatch', value: true } },
      ],
    },
    action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: clusterNames.closed } } },
    typedPerFilterConfig: unprocessed,
  };
}

/**
 * An escaped slash or backslash is a separator to some servers and a letter to others, so what was checked here could be
 * another path there. Refused by a route and not by the connection manager, which answers before there is a request id.
 * Must stand behind the profiles: a path that the processor has written may contain one.
 */
export function escapedSlashRoute(prefix: string): RouteInit {
  const regex = `${prefix}.*%(?:2[fF]|5[cC]).*`;
  return ownAnswer('escaped-slash', 400, {
    pathSpecifier: { case: 'safeRegex', value: { regex } },
    headers: listingPaths.map(isNotBelow),
  });
}

/**
 * Clients escape the slash in the name of a model such as `openai/gpt-4o`. These paths the gateway answers itself, by
 * whatever method, so nobody else gets to read them.
 */
const listingPaths = ['/v1/models/', '/anthropic/v1/models/'];

function isNotBelow(prefix: string) {
  return {
    name: ':path',
    headerMatchSpecifier: { case: 'stringMatch', value: { matchPattern: { case: 'prefix', value: prefix } } },
    invertMatch: true,
  } as const;
}

export const otherHostRoute = ownAnswer('other-host', 404, { pathSpecifier: { case: 'prefix', value: '/' } });

/** Where the policy wants a filter that cannot be had: a request past a firewall is worse than none. */
export function closedRoute(prefix: string): RouteInit {
  return ownAnswer('closed', 500, { pathSpecifier: { case: 'prefix', value: prefix } });
}
