import { coversHost } from '../../../lib/hostname.ts';
import type { Document, PolicyDocument } from '../../../policy/document.ts';
import { defaultNamespace, qualifiedName } from '../../../policy/document-id.ts';
import type { GatewaySpec, ListenerSpec } from '../../../policy/gateway-api/gateway.ts';
import { selects } from '../../../policy/gateway-api/label-selector.ts';
import { gatewayApiGroup } from '../../../policy/gateway-api/name.ts';
import type { ParentReferenceSpec } from '../../../policy/gateway-api/parent-reference.ts';
import { kinds } from '../../../policy/kinds.ts';
import type { ProblemReason } from '../../../policy/problem.ts';
import type { Attachment } from '../attachment.ts';
import { builtInGateway } from '../gateway/gateway-policies.ts';
import type { RecallableContext } from '../recall.ts';

export type GatewayLike = Document<'Gateway', GatewaySpec>;

/** What the model calls it. */
export function gatewayName({ namespace, name }: Pick<GatewayLike, 'namespace' | 'name'>): string {
  return qualifiedName(namespace, name);
}

/** A route, as far as policies look at it. */
export type RouteLike = Pick<PolicyDocument, 'kind' | 'id' | 'namespace' | 'name'>;

/** What wants to be part of Gateways. */
export interface Attaching {
  readonly parentRefs: readonly ParentReferenceSpec[];
  /** The field that they are written in; `parentRefs` if absent. */
  readonly parentsField?: string;
  readonly hostnames: readonly string[];
}

/** A Gateway that a route is part of, and where. */
export interface AttachedTo {
  /** Its name in the model. */
  readonly gateway: string;
  readonly listeners: readonly AttachedListener[];
}

export interface AttachedListener {
  readonly name: string;
  /** Hosts of the route that the listener serves; empty: every host of the listener. */
  readonly hostnames: readonly string[];
}

export interface Attached {
  readonly to: readonly AttachedTo[];
  readonly attachments: readonly Attachment[];
}

/**
 * Where a route belongs, by Gateway API's rules: the listeners that it names, of those the ones that allow it, of those
 * the ones that share a host with it. A folder without Gateways has one that takes everything.
 */
export function attach(
  document: PolicyDocument,
  { parentRefs, parentsField = 'parentRefs', hostnames }: Attaching,
  gateways: readonly GatewayLike[],
  context: RecallableContext,
): Attached {
  if (gateways.length === 0)
    return { to: [{ gateway: builtInGateway, listeners: [{ name: 'http', hostnames }] }], attachments: [] };
  const reached = new Map<string, Map<string, AttachedListener>>();
  const attachments: Attachment[] = [];
  const served = new Set<string>();
  let mayBeForOthers = false;
  for (const [index, ref] of parentRefs.entries()) {
    const path = `spec.${parentsField}[${index}]`;
    // Parents of other kinds, such as a Service of a mesh, are somebody else's.
    if (ref.group !== gatewayApiGroup || ref.kind !== 'Gateway') {
      mayBeForOthers = true;
      continue;
    }
    const namespace = ref.namespace ?? document.namespace;
    const gateway = gateways.find((one) => one.name === ref.name && one.namespace === namespace);
    if (gateway === undefined) {
      const message = `Gateway "${qualifiedName(namespace, ref.name)}" does not exist, or is not ours`;
      context.warn(document, path, message, 'check the name', 'NoMatchingParent');
      mayBeForOthers = true;
      continue;
    }
    const outcome = listenersFor(document, ref, hostnames, gateway, context);
    attachments.push(attachmentOf(document, ref, namespace, outcome));
    if ('reason' in outcome) {
      context.reject(document, path, outcome.message, outcome.remedy, outcome.reason);
      mayBeForOthers = true;
      continue;
    }
    for (const hostname of hostnames) if (isServed(hostname, ref, gateway)) served.add(hostname);
    const name = gatewayName(gateway);
    const listeners = reached.get(name) ?? new Map<string, AttachedListener>();
    for (const listener of outcome.listeners) listeners.set(listener.name, listener);
    reached.set(name, listeners);
  }
  // What somebody else may serve, or would serve if it were as it should be, is not for nothing.
  if (reached.size > 0 && !mayBeForOthers) warnOfIdleHosts(document, hostnames, served, context);
  const to = [...reached].map(([gateway, listeners]) => ({ gateway, listeners: [...listeners.values()] }));
  return { to, attachments };
}

/** Whether a listener that the reference is for has the host, be the listener right or wrong. */
function isServed(name: string, ref: ParentReferenceSpec, { spec }: GatewayLike): boolean {
  return [...spec.listeners, ...(spec.unservedListeners ?? [])].some(
    (listener) => isNamed(ref, listener) && sharedHosts(listener.hostname, [name]) !== undefined,
  );
}

function warnOfIdleHosts(
  document: PolicyDocument,
  hostnames: readonly string[],
  served: ReadonlySet<string>,
  context: RecallableContext,
): void {
  for (const [index, name] of hostnames.entries()) {
    if (served.has(name)) continue;
    const message = `no listener that the route is for has the host ${name}`;
    context.warn(document, `spec.hostnames[${index}]`, message, 'check it, or add the listener');
  }
}

type Outcome =
  | { readonly listeners: readonly AttachedListener[] }
  | { readonly reason: ProblemReason; readonly message: string; readonly remedy: string };

function listenersFor(
  document: PolicyDocument,
  ref: ParentReferenceSpec,
  hostnames: readonly string[],
  gateway: GatewayLike,
  context: RecallableContext,
): Outcome {
  const named = gateway.spec.listeners.filter((listener) => isNamed(ref, listener));
  const wrong = gateway.spec.unservedListeners?.filter((listener) => isNamed(ref, listener)) ?? [];
  if (named.length === 0 && wrong.length > 0) return leadsToWrong(wrong, gateway);
  if (named.length === 0) {
    const known = gateway.spec.listeners.map(({ name, port }) => `${name} (${port})`).join(', ');
    const message = `names no listener of Gateway "${gateway.name}", which has ${known}`;
    return { reason: 'NoMatchingParent', message, remedy: 'name one of them, or none for all' };
  }
  const allowing = named.filter((listener) => isAllowed(document, listener, gateway, context));
  if (allowing.length === 0) {
    const message = `Gateway "${gateway.name}" does not let routes of this kind and namespace attach`;
    return { reason: 'NotAllowedByListeners', message, remedy: 'ask its owner to extend allowedRoutes' };
  }
  const listeners = allowing.flatMap((listener): AttachedListener[] => {
    const shared = sharedHosts(listener.hostname, hostnames);
    return shared === undefined ? [] : [{ name: listener.name, hostnames: shared }];
  });
  if (listeners.length > 0) return { listeners };
  const wrongOfHost = wrong.filter(({ hostname }) => sharedHosts(hostname, hostnames) !== undefined);
  if (wrongOfHost.length > 0) return leadsToWrong(wrongOfHost, gateway);
  const served = allowing.map(({ hostname }) => hostname ?? '*').join(', ');
  const message = `has no host in common with Gateway "${gateway.name}", which serves ${served}`;
  return { reason: 'NoMatchingListenerHostname', message, remedy: 'change spec.hostnames, or the listener' };
}

/** A port that cannot be read may be the one that is meant. */
function isNamed(
  ref: ParentReferenceSpec,
  { name, port }: { readonly name: string; readonly port?: number | undefined },
): boolean {
  return (ref.sectionName ?? name) === name && (ref.port ?? port) === (port ?? ref.port);
}

/** Whoever looks at the route is to look at the listener next. */
function leadsToWrong(wrong: readonly { readonly name: string }[], gateway: GatewayLike): Outcome {
  const names = wrong.map(({ name }) => `"${name}"`).join(', ');
  return {
    reason: 'InvalidListener',
    message: `leads to listener ${names} of Gateway "${gateway.name}", which is not valid and serves nothing`,
    remedy: 'mend the listener; what is wrong with it is said of the Gateway',
  };
}

function isAllowed(
  { kind, namespace }: PolicyDocument,
  { allowedRoutes }: ListenerSpec,
  gateway: GatewayLike,
  context: RecallableContext,
): boolean {
  const { kinds: allowed, namespaces } = allowedRoutes;
  // Who allows HTTPRoutes allows what is made of AI routes, since those are HTTPRoutes by another name.
  const own = [kinds[kind].group, kind].join('/');
  const asRoute = `${gatewayApiGroup}/HTTPRoute`;
  const isKindAllowed =
    allowed.length === 0 || allowed.some((one) => [own, asRoute].includes(`${one.group}/${one.kind}`));
  if (!isKindAllowed) return false;
  switch (namespaces.from) {
    case 'All':
      return true;
    case 'Same':
      return namespace === gateway.namespace;
    case 'Selector':
      return selects(
        namespaces.selector ?? { matchLabels: {}, matchExpressions: [] },
        context.surroundings.namespaceLabels(namespace || defaultNamespace),
      );
  }
}

/** Hosts that both have, each in its more specific form; nothing: none. Empty: the route leaves it to the listener. */
function sharedHosts(listener: string | undefined, hostnames: readonly string[]): readonly string[] | undefined {
  if (hostnames.length === 0) return [];
  const shared = hostnames.flatMap((name) => {
    if (listener === undefined || coversHost(listener, name)) return [name];
    return coversHost(name, listener) ? [listener] : [];
  });
  return shared.length === 0 ? undefined : [...new Set(shared)];
}

function attachmentOf(
  document: PolicyDocument,
  { group, kind, name, sectionName, port }: ParentReferenceSpec,
  namespace: string,
  outcome: Outcome,
): Attachment {
  const isAccepted = 'listeners' in outcome;
  return {
    document: document.id,
    parent: {
      group,
      kind,
      namespace,
      name,
      ...(sectionName !== undefined && { sectionName }),
      ...(port !== undefined && { port }),
    },
    outcome: isAccepted ? 'accepted' : { reason: outcome.reason, message: outcome.message },
    listeners: isAccepted ? outcome.listeners.map((listener) => listener.name) : [],
  };
}
