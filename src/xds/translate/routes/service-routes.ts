import type { MessageInitShape } from '@bufbuild/protobuf';
import { clusterNames } from '../../../contract.ts';
import {
  FilterConfigSchema,
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RedirectAction,
  type RedirectActionSchema,
  RedirectAction_RedirectResponseCode as RedirectCode,
  type RouteAction,
  type RouteActionSchema,
  type RouteSchema,
} from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import { FractionalPercent_DenominatorType as Denominator } from '../../../gen/envoy/type/v3/percent_pb.js';
import type { ByClaims } from '../../../model/chosen-by-claims.ts';
import type { Listener } from '../../../model/listener.ts';
import type { PathRewrite, ServiceAction, ServiceRoute } from '../../../model/service.ts';
import { milliseconds } from '../duration.ts';
import { packed } from '../extension.ts';
import { corsFilterName, serviceCorsPolicy } from '../filters/cors.ts';
import { unprocessed } from '../filters/processor-filter.ts';
import { isClosed, onService } from '../own-filters/use.ts';
import { headerRules, type RequestChanges, requestChanges } from './header-rules.ts';
import { serviceMatch, withoutTrailingSlash } from './service-match.ts';

type RouteInit = MessageInitShape<typeof RouteSchema>;
type RouteActionInit = Exclude<MessageInitShape<typeof RouteActionSchema>, RouteAction>;
type RedirectInit = Exclude<MessageInitShape<typeof RedirectActionSchema>, RedirectAction>;

/** What a route has around it. */
export interface ServicePlace {
  readonly listener: Listener;
  /** For models. */
  readonly isCorsOn: boolean;
  /** Requests may come by another route than the one that answers. */
  readonly isGuarded: boolean;
}

/** A route past the processor. What the gateway lets browsers do with models says nothing about other services. */
export function serviceRoute(
  route: ServiceRoute,
  { listener, isCorsOn, isGuarded }: ServicePlace,
  claims: ByClaims | undefined,
): RouteInit {
  const isRefused = claims?.isMixed === true || isClosed({ ...listener.filters, ...route.filters });
  const changes = requestChanges(route);
  return {
    name: route.id,
    match: serviceMatch(route.match, claims),
    action: isRefused ? { case: 'directResponse', value: { status: 500 } } : actionOf(route, listener, changes),
    ...headerRules(changes.ofRoute, route.responseHeaders),
    typedPerFilterConfig: {
      ...unprocessed,
      ...corsOf(route, isCorsOn),
      ...onService(listener, route.filters, isGuarded),
    },
  };
}

function corsOf({ cors }: ServiceRoute, isCorsOn: boolean) {
  if (cors !== undefined) return { [corsFilterName]: serviceCorsPolicy(cors) };
  return isCorsOn ? { [corsFilterName]: switchedOff } : {};
}

const switchedOff = packed(FilterConfigSchema, { disabled: true });

function actionOf(
  { action, match }: ServiceRoute,
  listener: Listener,
  changes: RequestChanges,
): NonNullable<RouteInit['action']> {
  switch (action.kind) {
    case 'fail':
      return { case: 'directResponse', value: { status: action.status } };
    case 'redirect':
      return { case: 'redirect', value: redirect(action, match.path.value, listener) };
    case 'forward':
      return { case: 'route', value: forward(action, match.path.value, changes) };
  }
}

/** Gateway API: every error of the connection, an attempt that has no answer in its time, and the statuses of the rule. */
const usualTriggers = ['connect-failure', 'refused-stream', 'reset', 'retriable-status-codes'];

type Forward = Extract<ServiceAction, { readonly kind: 'forward' }>;

function forward(action: Forward, matchedPath: string, changes: RequestChanges): RouteActionInit {
  const { backends, rewrite, mirrors, timeoutMs, attemptTimeoutMs, silenceMs, retry } = action;
  return {
    clusterSpecifier: {
      case: 'weightedClusters',
      value: {
        clusters: backends.map(({ cluster, weight, requestHeaders, responseHeaders }) => ({
          name: cluster ?? clusterNames.nowhere,
          weight,
          ...headerRules(changes.ofBackend(requestHeaders), responseHeaders),
        })),
      },
    },
    // Gateway API wants 500, and not the 503 of a service without pods.
    ...(backends.some(({ cluster }) => cluster === undefined) && {
      clusterNotFoundResponseCode: NotFoundCode.INTERNAL_SERVER_ERROR,
    }),
    timeout: milliseconds(timeoutMs ?? 0),
    ...(silenceMs !== undefined && { idleTimeout: milliseconds(silenceMs) }),
    ...(rewrite.hostname !== undefined && {
      hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: rewrite.hostname },
    }),
    ...(rewrite.path && pathRewrite(rewrite.path, matchedPath)),
    // Off unless it is said; the stream then lasts for as long as somebody says something.
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    requestMirrorPolicies: mirrors.map(({ cluster, percent }) => ({
      cluster,
      // A copy is a copy: otherwise `-shadow` stands behind the host, where nobody may be at home.
      disableShadowHostSuffixAppend: true,
      runtimeFraction: {
        defaultValue: { numerator: Math.round(percent * 10_000), denominator: Denominator.MILLION },
      },
    })),
    ...((retry !== undefined || attemptTimeoutMs !== undefined) && {
      retryPolicy: {
        ...(retry && {
          retryOn: (retry.triggers ?? usualTriggers).join(),
          numRetries: retry.attempts,
          retriableStatusCodes: [...retry.statuses],
          retryBackOff: {
            baseInterval: milliseconds(retry.backoffMs),
            ...(retry.mostBackoffMs !== undefined && { maxInterval: milliseconds(retry.mostBackoffMs) }),
          },
        }),
        ...(attemptTimeoutMs !== undefined && { perTryTimeout: milliseconds(attemptTimeoutMs) }),
      },
    }),
  };
}

/** In Envoy a prefix is replaced as text: `/shop` by `/` would make `//cart` of `/shop/cart`. */
function pathRewrite({ kind, value }: PathRewrite, matchedPath: string): Partial<RouteActionInit> {
  const replacement = withoutTrailingSlash(value);
  if (kind === 'prefix' && replacement !== '' && withoutTrailingSlash(matchedPath) !== '') {
    return { prefixRewrite: replacement };
  }
  const regex =
    kind === 'full' ? '^.*$' : `^${withoutTrailingSlash(matchedPath).replaceAll(/[.+*?^${}()|[\]\\]/g, '\\$&')}/?(.*)$`;
  // RE2 reads a backslash in the replacement as the number of a group.
  const literal = value.replaceAll('\\', '\\\\');
  const substitution = kind === 'full' ? literal : `${withoutTrailingSlash(literal)}/\\1`;
  return { regexRewrite: { pattern: { regex }, substitution } };
}

type Redirect = Extract<ServiceAction, { readonly kind: 'redirect' }>;

const redirectCodes: Readonly<Record<Redirect['status'], RedirectCode>> = {
  301: RedirectCode.MOVED_PERMANENTLY,
  302: RedirectCode.FOUND,
  303: RedirectCode.SEE_OTHER,
  307: RedirectCode.TEMPORARY_REDIRECT,
  308: RedirectCode.PERMANENT_REDIRECT,
};

const usualPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * Gateway API: that of a scheme that is named, else the listener's; and none where it goes without saying. Where nothing
 * but the path is another one, the caller knows best how he has come here. 0: as the host says.
 */
function redirectPort({ scheme, hostname, port }: Redirect, listener: Listener): number {
  if (port === undefined && scheme === undefined && hostname === undefined) return 0;
  const own = { scheme: listener.tls === undefined ? 'http' : 'https', port: listener.askedPort ?? listener.port };
  const wanted = port ?? (scheme === undefined ? own.port : usualPorts[scheme]) ?? 0;
  // Envoy leaves a port in the caller's host unless there is another one: who came by the usual port has written none.
  const isUnsaid = hostname !== undefined || (port === undefined && own.port === usualPorts[own.scheme]);
  return isUnsaid && wanted === usualPorts[scheme ?? own.scheme] ? 0 : wanted;
}

function redirect(action: Redirect, matchedPath: string, listener: Listener): RedirectInit {
  return {
    responseCode: redirectCodes[action.status],
    hostRedirect: action.hostname ?? '',
    portRedirect: redirectPort(action, listener),
    ...(action.scheme !== undefined && {
      schemeRewriteSpecifier: { case: 'schemeRedirect', value: action.scheme } as const,
    }),
    ...(action.path && pathRedirect(action.path, matchedPath)),
  };
}

function pathRedirect(path: PathRewrite, matchedPath: string): Partial<RedirectInit> {
  if (path.kind === 'full') return { pathRewriteSpecifier: { case: 'pathRedirect', value: path.value } };
  const { prefixRewrite, regexRewrite } = pathRewrite(path, matchedPath);
  if (regexRewrite !== undefined) {
    return { pathRewriteSpecifier: { case: 'regexRewrite', value: regexRewrite } };
  }
  return { pathRewriteSpecifier: { case: 'prefixRewrite', value: prefixRewrite ?? '/' } };
}
