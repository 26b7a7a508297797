import { type RouteKind, routeKinds } from '../../model/build/gateway-api/route-kinds.ts';
import type { Problem } from '../../policy/problem.ts';
import type { Condition } from './condition.ts';
import type { Say } from './document-conditions.ts';
import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';
import { reasonInFrontend } from './frontend-tls.ts';
import { nackMessage, problemsMessage } from './message.ts';
import { overlappingTls } from './overlapping-tls.ts';
import type { ListenerStatus } from './status.ts';
import type { Verdict } from './verdict.ts';

const gatewayApiGroup = 'gateway.networking.k8s.io';

export interface ListenerSubject {
  readonly spec: Fields;
  /** The listeners of the Gateway, this one among them. */
  readonly all: readonly Fields[];
  /** With the problems of this listener only. */
  readonly verdict: Verdict;
  readonly say: Say;
  readonly attachedRoutes: number;
}

export interface JudgedListener {
  /** Without Programmed, which its Gateway decides. */
  readonly status: ListenerStatus;
  readonly isAccepted: boolean;
  readonly areReferencesResolved: boolean;
  /** Certificates that its Gateway had earlier are shown in the place of those that cannot be had. */
  readonly hasStandIns: boolean;
}

export function judgeListener({ spec, all, verdict, say, attachedRoutes }: ListenerSubject): JudgedListener {
  const conflicts = verdict.errors.filter(({ reason }) => reason === 'Conflicted');
  const faults = verdict.errors.filter(({ reason }) => reason !== 'Conflicted');
  const kinds = supportedKinds(spec);
  const acceptance = acceptedListener(say, conflicts, faults);
  const references = resolvedReferences(say, verdict.references, kinds.unsupported);
  return {
    isAccepted: acceptance.status === 'True',
    areReferencesResolved: references.status === 'True',
    hasStandIns: verdict.isStale && spec.protocol === 'HTTPS',
    status: {
      name: textOf(spec.name) ?? '',
      supportedKinds: kinds.supported,
      attachedRoutes,
      conditions: [acceptance, conflicted(say, conflicts), references, ...overlappingTls(say, spec, all)],
    },
  };
}

/**
 * What their Gateway says of itself holds for all that are good, but for what egress pods have said of one.
 * `refused`: what they said of this one.
 */
export function withProgrammed(listener: JudgedListener, gateway: Condition, refused?: string): ListenerStatus {
  const { status, isAccepted, areReferencesResolved, hasStandIns } = listener;
  const isGood = isAccepted && areReferencesResolved;
  const earlier = hasStandIns ? ' Certificates that it had before, if any, stay.' : '';
  const message = isGood && refused !== undefined ? `${nackMessage(refused)}.` : `It is not as it should be.${earlier}`;
  const own: Condition = { ...gateway, status: 'False', reason: 'Invalid', message };
  return {
    ...status,
    conditions: [...status.conditions, isGood && refused === undefined ? listenerWords(gateway) : own],
  };
}

/** Of the reasons of a Gateway, a listener has only these. */
function listenerWords(gateway: Condition): Condition {
  const isKnown = ['Programmed', 'Invalid', 'Pending'].includes(gateway.reason);
  return isKnown ? gateway : { ...gateway, reason: 'Pending' };
}

function acceptedListener(say: Say, conflicts: readonly Problem[], faults: readonly Problem[]): Condition {
  const [fault] = faults;
  if (fault !== undefined) return say('Accepted', 'False', reasonOf(fault), `${problemsMessage(faults)}.`);
  const [conflict] = conflicts;
  if (conflict !== undefined)
    return say('Accepted', 'False', conflictReason(conflict), `${problemsMessage(conflicts)}.`);
  return say('Accepted', 'True', 'Accepted', 'It is valid.');
}

function conflicted(say: Say, conflicts: readonly Problem[]): Condition {
  const [first] = conflicts;
  return first === undefined
    ? say('Conflicted', 'False', 'NoConflicts', 'No other listener is in its way.')
    : say('Conflicted', 'True', conflictReason(first), `${problemsMessage(conflicts)}.`);
}

/** Same port: another protocol, or the same host. */
function conflictReason({ path }: Problem): string {
  return /\.(port|protocol)$/.test(path) ? 'ProtocolConflict' : 'HostnameConflict';
}

function reasonOf({ path, reason }: Problem): string {
  if (path.endsWith('.protocol')) return 'UnsupportedProtocol';
  if (path.endsWith('.port')) return 'PortUnavailable';
  return reason ?? 'Invalid';
}

function resolvedReferences(say: Say, wrong: readonly Problem[], unsupported: readonly string[]): Condition {
  const [first] = wrong;
  if (first !== undefined) {
    const reason =
      first.reason === 'RefNotPermitted'
        ? 'RefNotPermitted'
        : (reasonInFrontend(first.path, first.reason) ?? 'InvalidCertificateRef');
    return say('ResolvedRefs', 'False', reason, `${problemsMessage(wrong)}.`);
  }
  if (unsupported.length > 0) {
    const served = routeKinds.map(called).join(' and ');
    const message = `allowedRoutes.kinds names ${unsupported.join(', ')}; there are ${served} here.`;
    return say('ResolvedRefs', 'False', 'InvalidRouteKinds', message);
  }
  return say('ResolvedRefs', 'True', 'ResolvedRefs', 'Everything it refers to is there.');
}

/** Those allowed of those that its protocol can have. */
function supportedKinds(spec: Fields): { readonly supported: readonly RouteKind[]; readonly unsupported: string[] } {
  const possible = spec.protocol === 'HTTP' || spec.protocol === 'HTTPS' ? routeKinds : [];
  const named = listOf(fieldsOf(spec.allowedRoutes).kinds).map((each) => ({
    group: typeof each.group === 'string' ? each.group : gatewayApiGroup,
    kind: textOf(each.kind) ?? '',
  }));
  if (named.length === 0) return { supported: possible, unsupported: [] };
  const isAmong = (list: readonly RouteKind[], { group, kind }: RouteKind): boolean =>
    list.some((each) => each.group === group && each.kind === kind);
  return {
    supported: possible.filter((each) => isAmong(named, each)),
    unsupported: named.filter((each) => !isAmong(possible, each)).map(called),
  };
}

/** Who leaves the group out has that of Gateway API, whatever the kind. */
function called({ group, kind }: RouteKind): string {
  return `${kind} of ${group}`;
}
