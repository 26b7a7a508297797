import { formatDuration } from '../../../lib/duration.ts';
import type { DocumentOf } from '../../../policy/document.ts';
import type { HttpFilter } from '../../../policy/gateway-api/http-filter.ts';
import type { HttpMatch } from '../../../policy/gateway-api/http-match.ts';
import type { HttpRule } from '../../../policy/gateway-api/http-route.ts';
import type { Said } from '../../decision.ts';
import {
  type HeaderChanges,
  noHeaderChanges,
  type PathMatch,
  type PathRewrite,
  type ServiceAction,
  type ServiceBackend,
  type ServiceMatch,
  type ServiceRoute,
  type ValueMatch,
  type WeightedBackend,
} from '../../service.ts';
import type { Attachment } from '../attachment.ts';
import { type BackendDocuments, serviceBackend } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import { pausesOf } from '../envoy-gateway/pauses.ts';
import { corsText } from '../envoy-gateway/service-cors.ts';
import { type AttachedTo, attach, type GatewayLike } from './attach.ts';
import type { RulePolicies, RulePoliciesOf } from './rule-policies.ts';

type HttpRouteDocument = DocumentOf<'HTTPRoute'>;

export interface BuiltHttpRoute {
  /** What it gives to each Gateway that it is part of. */
  readonly parts: readonly { readonly gateway: string; readonly routes: readonly ServiceRoute[] }[];
  readonly backends: readonly ServiceBackend[];
  readonly attachments: readonly Attachment[];
}

/** An HTTPRoute: each match of each rule is a route of its own, since Gateway API orders them all together. */
export function buildHttpRoute(
  document: HttpRouteDocument,
  gateways: readonly GatewayLike[],
  known: BackendDocuments,
  policiesOf: RulePoliciesOf,
  context: BuildContext,
): BuiltHttpRoute {
  const { spec } = document;
  const { to, attachments } = attach(document, spec, gateways, context);
  if (to.length === 0) return { parts: [], backends: [], attachments };
  const backends: ServiceBackend[] = [];
  const rules = spec.rules.map((rule, index) => {
    const reached = reachBackends(document, rule, `spec.rules[${index}]`, known, context);
    backends.push(...reached.all);
    warnOfModelPaths(document, index, rule, to, context);
    return { rule, reached };
  });
  const places = to.flatMap((place) => {
    const apart = policiesOf.apart(place);
    return apart.map((each) => ({ place: each, part: apart.length > 1 ? `@${namesOf(each).sort().join('+')}` : '' }));
  });
  const parts = places.map(({ place, part }) => ({
    gateway: place.gateway,
    routes: rules.flatMap(({ rule, reached }, index) => {
      const policies = policiesOf.of(document, rule, place);
      const decisions = policies.decisions(ownTraffic(document, rule));
      const shared = {
        action: actionOf(rule, reached, policies),
        requestHeaders: headerChanges(rule.filters, 'RequestHeaderModifier'),
        responseHeaders: headerChanges(rule.filters, 'ResponseHeaderModifier'),
        ...(policies.cors && { cors: policies.cors }),
        ...corsOf(rule.filters),
        ...(policies.filters && { filters: policies.filters }),
        origins: [...new Set([document.id, ...policies.origins])],
        ...(decisions.length > 0 && { decisions }),
        ...hostsAt(place),
      };
      return rule.matches.map(
        (match, position): ServiceRoute => ({
          id: `${document.id}/${index}/${position}${part}`,
          match: matchOf(match),
          ...shared,
        }),
      );
    }),
  }));
  return { parts, backends, attachments };
}

/** On the gateway's own hosts what is below `/v1/` is for models, whoever else would like to have it. */
function warnOfModelPaths(
  document: HttpRouteDocument,
  rule: number,
  { matches }: HttpRule,
  to: readonly AttachedTo[],
  context: BuildContext,
): void {
  if (to.every(({ listeners }) => listeners.every(({ hostnames }) => hostnames.length > 0))) return;
  for (const [index, { path }] of matches.entries()) {
    if (!path.value.startsWith('/v1/')) continue;
    const message = 'is below /v1/, where models answer on every host that no route names';
    const place = `spec.rules[${rule}].matches[${index}].path.value`;
    context.warn(document, place, message, 'give the route hostnames of its own, or choose another path');
  }
}

function corsOf(filters: readonly HttpFilter[]): Pick<ServiceRoute, 'cors'> {
  const filter = filters.find(({ type }) => type === 'CORS');
  if (filter?.type !== 'CORS') return {};
  const { maxAge, ...cors } = filter.cors;
  return { cors: { ...cors, maxAgeSeconds: maxAge } };
}

function namesOf({ listeners }: AttachedTo): string[] {
  return listeners.map(({ name }) => name);
}

/** What a rule says itself of what policies may say, too, as people read it. */
function ownTraffic({ id }: HttpRouteDocument, { filters, retry, timeouts = {} }: HttpRule) {
  const { cors } = corsOf(filters);
  const parts = retry && [
    retry.attempts !== undefined && `attempts ${retry.attempts}`,
    retry.codes.length > 0 && `codes ${retry.codes.join(' ')}`,
    retry.backoff !== undefined && `backoff ${formatDuration(retry.backoff)}`,
  ];
  const said: Said = { origin: id, level: 'rule', path: 'filters.cors', value: cors ? corsText(cors) : '' };
  return {
    timeouts,
    cors: cors === undefined ? [] : [said],
    ...(parts && { retry: parts.filter((part) => typeof part === 'string').join(', ') }),
  };
}

/** Listeners with a host of their own say it in their part of the route table; only narrower hosts are named. */
function hostsAt({ listeners }: AttachedTo): Pick<ServiceRoute, 'listeners' | 'hostnames'> {
  return {
    listeners: listeners.map(({ name }) => name),
    hostnames: [...new Set(listeners.flatMap(({ hostnames }) => hostnames))].sort(),
  };
}

interface ReachedBackends {
  /** As weighted in the rule; one that cannot be reached keeps its share. */
  readonly weighted: readonly WeightedBackend[];
  readonly mirrors: readonly { readonly cluster: string; readonly percent: number }[];
  readonly all: readonly ServiceBackend[];
}

function reachBackends(
  document: HttpRouteDocument,
  rule: HttpRule,
  path: string,
  known: BackendDocuments,
  context: BuildContext,
): ReachedBackends {
  const all: ServiceBackend[] = [];
  const weighted = rule.backendRefs
    .map((ref, index): WeightedBackend => {
      const backend = serviceBackend(document, `${path}.backendRefs[${index}]`, ref, known, context);
      if (backend !== undefined) all.push(backend);
      return {
        ...(backend && { cluster: backend.cluster }),
        weight: ref.weight,
        requestHeaders: headerChanges(ref.filters, 'RequestHeaderModifier'),
        responseHeaders: headerChanges(ref.filters, 'ResponseHeaderModifier'),
      };
    })
    .filter(({ weight }) => weight > 0);
  const mirrors = rule.filters.flatMap((filter, index) => {
    if (filter.type !== 'RequestMirror') return [];
    const { backendRef, percent, fraction } = filter.requestMirror;
    const here = `${path}.filters[${index}].requestMirror.backendRef`;
    const backend = serviceBackend(document, here, backendRef, known, context);
    if (backend === undefined) return [];
    all.push(backend);
    const share = fraction === undefined ? (percent ?? 100) : (100 * fraction.numerator) / fraction.denominator;
    return [{ cluster: backend.cluster, percent: share }];
  });
  return { weighted, mirrors, all };
}

function actionOf(rule: HttpRule, { weighted, mirrors }: ReachedBackends, policies: RulePolicies): ServiceAction {
  for (const filter of rule.filters) {
    if (filter.type !== 'RequestRedirect') continue;
    const { scheme, hostname, port, path, statusCode } = filter.requestRedirect;
    return {
      kind: 'redirect',
      ...(scheme !== undefined && { scheme }),
      ...(hostname !== undefined && { hostname }),
      ...(port !== undefined && { port }),
      ...(path !== undefined && { path: pathRewrite(path) }),
      status: statusCode,
    };
  }
  if (weighted.every(({ cluster }) => cluster === undefined)) return { kind: 'fail', status: 500 };
  const rewrite = rule.filters.find((filter) => filter.type === 'URLRewrite')?.urlRewrite;
  const timeoutMs = rule.timeouts?.request ?? policies.timeoutMs ?? 0;
  const attemptTimeoutMs = rule.timeouts?.backendRequest ?? policies.attemptTimeoutMs ?? 0;
  const { silenceMs } = policies;
  return {
    kind: 'forward',
    backends: weighted,
    rewrite: {
      ...(rewrite?.hostname !== undefined && { hostname: rewrite.hostname }),
      ...(rewrite?.path !== undefined && { path: pathRewrite(rewrite.path) }),
    },
    mirrors,
    ...(timeoutMs > 0 && { timeoutMs }),
    ...(attemptTimeoutMs > 0 && { attemptTimeoutMs }),
    ...(silenceMs !== undefined && { silenceMs }),
    ...(policies.retry && { retry: policies.retry }),
    ...(rule.retry && {
      retry: {
        attempts: rule.retry.attempts ?? 1,
        statuses: rule.retry.codes,
        backoffMs: pausesOf({ baseInterval: rule.retry.backoff }).baseMs,
      },
    }),
  };
}

type PathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

/** Whatever is written becomes a path, which begins with a slash: Envoy would answer 400, or leave all as it is. */
function pathRewrite(path: PathModifier): PathRewrite {
  if (path.type === 'ReplaceFullPath') return { kind: 'full', value: absolute(path.replaceFullPath) };
  const prefix = path.replacePrefixMatch;
  return { kind: 'prefix', value: prefix === '' ? '' : absolute(prefix) };
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

const pathKinds: Readonly<Record<HttpMatch['path']['type'], PathMatch['kind']>> = {
  Exact: 'exact',
  PathPrefix: 'prefix',
  RegularExpression: 'regex',
};

function matchOf({ path, method, headers, queryParams }: HttpMatch): ServiceMatch {
  return {
    path: { kind: pathKinds[path.type], value: path.value },
    ...(method !== undefined && { method }),
    headers: headers.map(valueMatch),
    query: queryParams.map(valueMatch),
  };
}

function valueMatch({ name, type, value }: HttpMatch['headers'][number]): ValueMatch {
  return { name, kind: type === 'Exact' ? 'exact' : 'regex', value };
}

function headerChanges(
  filters: readonly HttpFilter[],
  type: 'RequestHeaderModifier' | 'ResponseHeaderModifier',
): HeaderChanges {
  for (const filter of filters) {
    if (filter.type !== type) continue;
    return filter.type === 'RequestHeaderModifier' ? filter.requestHeaderModifier : filter.responseHeaderModifier;
  }
  return noHeaderChanges;
}
