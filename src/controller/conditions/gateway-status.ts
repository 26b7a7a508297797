import { listenerOrigin } from '../../model/origins.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { Condition } from './condition.ts';
import { accepted } from './document-conditions.ts';
import { fieldsOf, listOf, textOf } from './fields.ts';
import { frontendOf, insecureFrontend } from './frontend-tls.ts';
import { addressesIn } from './gateway-addresses.ts';
import { type JudgedListener, judgeListener, withProgrammed } from './listener-status.ts';
import { bounded, namesOf } from './message.ts';
import type { ProvisionedGateway } from './outcome.ts';
import { isOfParameters, warnings, wrongParameters } from './parameters.ts';
import { partlyInvalid } from './partly-invalid.ts';
import { conditionsIn, programmed, standingOf } from './programmed.ts';
import { withoutReferences } from './references.ts';
import { addressComplaint } from './requested-address.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';
import { unservedGateway } from './unserved.ts';
import { nothingWrong, type Verdict } from './verdict.ts';

/** A Gateway of a class of ours, or of none any more that we have served; nothing of others'. */
export function gatewayStatus(subject: Subject, scene: Scene): Status | undefined {
  const { namespace = '', name } = subject.watched.object.metadata;
  const gateway = qualifiedName(namespace, name);
  const unserved = unservedGateway(subject, gateway, scene);
  if (unserved !== undefined || !scene.ours.gateways.has(gateway)) return unserved;
  const provisioned = scene.outcome.provisioned.get(gateway);
  const { say, verdict, spec } = subject;
  const written = listOf(spec.listeners);
  const listeners = written.map((listener, index) =>
    judgeListener({
      spec: listener,
      all: written,
      verdict: verdictOfListener(verdict, index, frontendOf(listener, spec)),
      say,
      attachedRoutes: attachedRoutes(gateway, textOf(listener.name) ?? '', scene),
    }),
  );
  const parametersRef = fieldsOf(spec.infrastructure).parametersRef;
  const complaint = wrongParameters(parametersRef, namespace, 'of the Gateway', scene);
  const acceptance = acceptedGateway(subject, listeners, complaint);
  const refusalOf = refusedListeners(subject, scene);
  const refused = listeners.map(({ status }) => status.name).filter((each) => refusalOf(each) !== undefined);
  const isRefusedWhole = refused.length === 0 || refused.length === listeners.length;
  const nack = isRefusedWhole ? verdict.nack : undefined;
  const arrival = programmedGateway(subject, scene, { gateway, acceptance, provisioned, nack });
  return {
    shape: 'gateway',
    conditions: [
      acceptance,
      resolvedRefs(subject, listeners, complaint),
      isRefusedWhole ? arrival : programmedInPart(arrival, refused),
      ...insecureFrontend(say, spec),
      ...warnings(say, verdict, parametersRef, 'spec.infrastructure.parametersRef'),
    ],
    // As long as nobody knows, what stands there stays: names in DNS may come from it.
    addresses: provisioned?.addresses ?? addressesIn(subject.status),
    listeners: listeners.map((listener) => withProgrammed(listener, arrival, refusalOf(listener.status.name))),
  };
}

/** What egress pods have said of single listeners, as far as it was about them. */
function refusedListeners({ id }: Subject, { outcome }: Scene): (listener: string) => string | undefined {
  return (listener) => outcome.nacks.get(listenerOrigin(id, listener));
}

/** The others do not wait for them. */
function programmedInPart(arrival: Condition, refused: readonly string[]): Condition {
  if (arrival.status !== 'True') return arrival;
  return {
    ...arrival,
    message: bounded(`Egress pods have refused ${namesOf(refused)}; the other listeners are programmed.`),
  };
}

function acceptedGateway(
  { say, verdict }: Subject,
  listeners: readonly JudgedListener[],
  complaint: string | undefined,
): Condition {
  const general = verdict.errors.filter((each) => listenerIndex(each.path) === undefined && !isOfParameters(each));
  // A refusal by an egress pod shows in Programmed: this contract tells the two apart.
  // What stands in for certificates is said of the listeners that show them.
  const condition = accepted(
    say,
    { ...verdict, nack: undefined, isStale: verdict.isStale && general.length > 0 },
    general,
  );
  if (condition.status === 'False') return { ...condition, reason: reasonOf(general[0]?.path ?? '', condition.reason) };
  if (complaint !== undefined) {
    return say('Accepted', 'False', 'InvalidParameters', `${complaint} What was made for it before stays as it is.`);
  }
  const bad = listeners.filter(({ isAccepted }) => !isAccepted).map(({ status }) => status.name);
  if (bad.length === 0) return condition;
  const message = `Not every listener is accepted: ${bad.join(', ')}.`;
  return say('Accepted', bad.length === listeners.length ? 'False' : 'True', 'ListenersNotValid', message);
}

function reasonOf(path: string, reason: string): string {
  if (path.startsWith('spec.addresses')) return 'UnsupportedAddress';
  if (path.startsWith('spec.infrastructure')) return 'InvalidParameters';
  return reason;
}

/** A summary of its listeners, and of what it refers to itself. */
function resolvedRefs(
  { say, verdict }: Subject,
  listeners: readonly JudgedListener[],
  complaint: string | undefined,
): Condition {
  const own = verdict.references.find(({ path }) => listenerIndex(path) === undefined);
  if (own !== undefined) return say('ResolvedRefs', 'False', own.reason ?? 'Invalid', `${own.message}.`);
  if (complaint !== undefined) return say('ResolvedRefs', 'False', 'InvalidParameters', complaint);
  const bad = listeners.filter((listener) => !listener.areReferencesResolved).map(({ status }) => status.name);
  return bad.length === 0
    ? say('ResolvedRefs', 'True', 'ResolvedRefs', 'Everything it refers to is there.')
    : say('ResolvedRefs', 'False', 'ListenersNotResolved', `Not everything is there for: ${bad.join(', ')}.`);
}

interface Arriving {
  readonly gateway: string;
  readonly acceptance: Condition;
  readonly provisioned: ProvisionedGateway | undefined;
  /** What egress pods have said of all of it. */
  readonly nack: string | undefined;
}

function programmedGateway(
  { say, spec, status }: Subject,
  { outcome }: Scene,
  { gateway, acceptance, provisioned, nack }: Arriving,
): Condition {
  const no = (reason: string, message: string): Condition => say('Programmed', 'False', reason, message);
  if (acceptance.status === 'False') return no('Invalid', 'It is not accepted.');
  const address = addressComplaint(spec, provisioned);
  if (address !== undefined) return withPodTrouble(no('AddressNotUsable', address), provisioned);
  if (provisioned?.error !== undefined) return no('NoResources', reasonFor(provisioned.error, provisioned.faulty));
  const standing = standingOf(outcome, [gateway]);
  const condition = programmed(say, standing, conditionsIn(status), nack);
  const isWithout = standing.reach.envoys === 0 || standing.reach.processors === 0;
  // Pods that refuse it have started, and may start anew.
  if (condition.status !== 'True')
    return withPodTrouble(condition, provisioned, isWithout && condition.reason === 'Pending');
  // Other objects stay programmed without any pod; a Gateway that nobody stands behind is not.
  if (standing.reach.envoys === 0 && standing.unseen === 0 && standing.silent.length === 0)
    return withPodTrouble(no('Pending', 'No egress pod is connected.'), provisioned, isWithout);
  if (provisioned?.addresses?.length === 0) return no('AddressNotAssigned', 'Its Service has no address yet.');
  // Those that serve on have no part in it: a change of its pods is stuck, or more of them are wanted.
  return withPodTrouble(condition, provisioned);
}

/** What its pods lack may only show when they are to be made, or to start. Those that are connected have started. */
function withPodTrouble(
  condition: Condition,
  provisioned: ProvisionedGateway | undefined,
  isWithout = false,
): Condition {
  const { podTrouble } = provisioned ?? {};
  if (podTrouble === undefined || !(podTrouble.isLasting || isWithout)) return condition;
  return { ...condition, message: bounded(`${condition.message} ${podTrouble.text}`) };
}

function reasonFor(error: string, faulty: readonly string[] = []): string {
  return faulty.length === 0 ? error : `${error} — see ${namesOf(faulty)}.`;
}

/** `frontend`: where the Gateway says whose certificates clients show on it. */
function verdictOfListener(verdict: Verdict, index: number, frontend: string | undefined): Verdict {
  const isIts = ({ path }: { readonly path: string }): boolean =>
    listenerIndex(path) === index || (frontend !== undefined && path.startsWith(frontend));
  return { ...verdict, errors: verdict.errors.filter(isIts), references: verdict.references.filter(isIts) };
}

function listenerIndex(path: string): number | undefined {
  const index = /^spec\.listeners\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? undefined : Number(index);
}

function attachedRoutes(gateway: string, listener: string, scene: Scene): number {
  const { attachmentsTo, verdictOf } = scene;
  const routes = new Set<string>();
  for (const { document, outcome, listeners } of attachmentsTo.get(gateway) ?? []) {
    if (outcome === 'accepted' && listeners.includes(listener)) routes.add(document);
  }
  // By contract only those count whose condition says that they are accepted.
  let count = 0;
  for (const id of routes) {
    const verdict = verdictOf(id);
    if (verdict === nothingWrong || isAccepted(withoutReferences(verdict)) || isPartlyAccepted(id, verdict, scene))
      count += 1;
  }
  return count;
}

function isAccepted({ errors, isStale, nack }: Verdict): boolean {
  return errors.length === 0 && !isStale && nack === undefined;
}

function isPartlyAccepted(id: string, verdict: Verdict, { objectOf, outcome }: Scene): boolean {
  const watched = objectOf(id);
  if (watched?.kind !== 'HTTPRoute') return false;
  return partlyInvalid({ id, spec: fieldsOf(watched.object.spec), verdict }, outcome) !== undefined;
}
