import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { internalHeaders } from '../../../contract.ts';
import {
  type RetryPolicy,
  type RouteAction,
  RouteActionSchema,
  type RouteSchema,
  type VirtualHostSchema,
} from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import { RouteConfigurationSchema } from '../../../gen/envoy/config/route/v3/route_pb.js';
import { byClaims } from '../../../model/chosen-by-claims.ts';
import type { Cors, GatewayModel } from '../../../model/gateway.ts';
import type { Listener } from '../../../model/listener.ts';
import type { RetryProfile } from '../../../model/route.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { type DurationInit, milliseconds, seconds } from '../duration.ts';
import { encode } from '../encode.ts';
import { corsFilterName, corsPolicy } from '../filters/cors.ts';
import { processed } from '../filters/processor-filter.ts';
import { isGuarded } from '../own-filters/met-filters.ts';
import { isClosed, modelChoice, notedOnRoute, onHost } from '../own-filters/use.ts';
import type { Port } from '../ports.ts';
import { closedRoute, escapedSlashRoute, healthRoute, otherHostRoute, preflightRoute } from './own-answers.ts';
import { priorityChain } from './priority-chain.ts';
import { retryPolicy } from './retry-policy.ts';
import { routeTableName } from './route-table-name.ts';
import { type Host, hostsOf } from './service-hosts.ts';
import { inPrecedence } from './service-precedence.ts';
import { serviceRoute } from './service-routes.ts';

type VirtualHostInit = MessageInitShape<typeof VirtualHostSchema>;
type RouteInit = MessageInitShape<typeof RouteSchema>;

/** More attempts than any sensible chain has. Only bounds how long a request may stand still as a whole. */
const mostAttempts = 16;

/**
 * The processor keeps to the limit of the policy. Its own changes (a longer model name, fields that the policy sets) come
 * on top, and a body over Envoy's limit is not tried again.
 */
const rewriteAllowance = 64 * 1024;

/**
 * The route table of one port: one entry per retry profile and host, none per model or key. With TLS it is that of all
 * certificates of the port, since clients use a connection for every host that its certificate names.
 */
export function routeConfiguration(port: Port, gateway: GatewayModel): Resource {
  const name = routeTableName(port, gateway);
  return encode(
    RouteConfigurationSchema,
    name,
    {
      name,
      // Clients that write `host:10080` mean the host.
      ignorePortInHostMatching: true,
      virtualHosts: [
        ...port.listeners.flatMap((listener) =>
          hostsOf(listener, port, gateway.services.routes).map((host) => virtualHost(listener, host, gateway)),
        ),
        ...otherHosts(port),
      ],
    },
    // Many documents have a part in it: which one is to blame for a refusal is found out, not looked up.
    [],
  );
}

function virtualHost(listener: Listener, host: Host, gateway: GatewayModel): VirtualHostInit {
  const { name } = listener;
  const { settings } = gateway;
  const cors = corsOf(listener, gateway);
  return {
    name: host.isOfRoutesOnly ? `${name}/${host.domains.join()}` : name,
    domains: [...host.domains],
    // What tells the upstream processor filter apart from the first attempt.
    includeRequestAttemptCount: true,
    // How much of a body is kept for the processor and for a further attempt.
    requestBodyBufferLimit: BigInt(settings.maxBodyBytes + rewriteAllowance),
    typedPerFilterConfig: {
      ...(cors && { [corsFilterName]: corsPolicy(cors) }),
      ...onHost(modelChoice(listener), isGuarded(gateway)),
    },
    // First match wins.
    routes: [healthRoute, ...routesOf(host, listener, gateway)],
  };
}

function corsOf({ cors }: Listener, { settings }: GatewayModel): Cors | undefined {
  return cors ?? settings.cors;
}

/** What callers ask models for. */
const modelPaths = '/v1/';

/**
 * On hosts of the gateway models come first: whoever may attach a route of his own must not be able to take their
 * requests past the processor. A host that only routes name is theirs, and models get what is left.
 */
function routesOf(host: Host, listener: Listener, gateway: GatewayModel): RouteInit[] {
  const isCorsOn = corsOf(listener, gateway) !== undefined;
  const modelRoutes = (prefix: string): RouteInit[] =>
    isClosed(modelChoice(listener)) ? [closedRoute(prefix)] : openRoutes(prefix);
  const openRoutes = (prefix: string): RouteInit[] => [
    ...(isCorsOn ? [preflightRoute(prefix)] : []),
    ...gateway.profiles.map(profileRoute),
    escapedSlashRoute(prefix),
    unprocessedRoute(prefix, listener),
  ];
  if (host.routes.length === 0) return modelRoutes('/');
  const { filters = [] } = gateway;
  const place = { listener, isCorsOn, isGuarded: isGuarded(gateway) };
  const services = inPrecedence(host.routes, host.domains[0]).map((route) =>
    serviceRoute(route, place, byClaims(route, host.routes, listener, filters)),
  );
  // What the processor has decided about stays with its provider, whatever path and headers it has written.
  const first = host.isOfRoutesOnly ? gateway.profiles.map(profileRoute) : modelRoutes(modelPaths);
  return [...first, ...services, ...modelRoutes('/')];
}

/** Hosts that no listener of the port serves. Load balancers ask by address, and are answered on every host. */
function otherHosts({ name, listeners }: Port): VirtualHostInit[] {
  if (listeners.some(({ hostnames }) => hostnames.length === 0 || hostnames.includes('*'))) return [];
  return [{ name: `${name}/other-hosts`, domains: ['*'], routes: [healthRoute, otherHostRoute] }];
}

/** Chosen when the processor has named the profile: it clears the route cache in the answer that sets the header. */
function profileRoute(profile: RetryProfile): RouteInit {
  return {
    name: profile.name,
    match: {
      pathSpecifier: { case: 'prefix', value: '/' },
      headers: [
        {
          name: internalHeaders.profile,
          headerMatchSpecifier: {
            case: 'stringMatch',
            value: { matchPattern: { case: 'exact', value: profile.name } },
          },
        },
      ],
    },
    action: {
      case: 'route',
      value: intoTheChain({
        // Nothing moves downstream while attempts wait for their headers, so this may only end what every attempt's own
        // time-outs have missed.
        idleTimeout: milliseconds(mostAttempts * Math.max(profile.attemptTimeoutMs, profile.idleTimeoutMs)),
        retryPolicy: retryPolicy(profile),
        ...(profile.requestTimeoutMs !== undefined && { timeout: milliseconds(profile.requestTimeoutMs) }),
      }),
    },
  };
}

interface Patience {
  readonly idleTimeout: DurationInit;
  readonly retryPolicy?: RetryPolicy;
  readonly timeout?: DurationInit;
}

function intoTheChain(patience: Patience): RouteAction {
  return create(RouteActionSchema, {
    clusterSpecifier: { case: 'inlineClusterSpecifierPlugin', value: { extension: priorityChain } },
    // A stream may run for as long as it makes progress, unless policy says otherwise. Time-outs are those of attempts.
    timeout: milliseconds(0),
    // Each provider gets its own name as host, on every attempt.
    hostRewriteSpecifier: { case: 'autoHostRewrite', value: { value: true } },
    ...patience,
  });
}

/** Where a request is until the processor has decided, and where it stays if no processor saw it. */
function unprocessedRoute(prefix: string, listener: Listener): RouteInit {
  return {
    name: 'unprocessed',
    match: { pathSpecifier: { case: 'prefix', value: prefix } },
    action: { case: 'route', value: intoTheChain({ idleTimeout: seconds(300) }) },
    typedPerFilterConfig: { ...processed(listener.tokens), ...notedOnRoute(listener) },
  };
}
