import type { Attachment, ParentReference } from '../../model/build/attachment.ts';
import { documentId } from '../../policy/document-id.ts';
import type { Condition } from './condition.ts';
import { accepted, type Refused, resolvedRefs, warning } from './document-conditions.ts';
import { acceptedGateways } from './gateways-behind.ts';
import { isGateway, type Ours } from './ours.ts';
import type { WatchedObject } from './outcome.ts';
import { referenceKey, referencesIn, refusalAt, withoutReferences } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/**
 * Policies: an answer for each Gateway that it has an effect on, as Gateway API recommends for ancestors; for the
 * target itself where no Gateway is known.
 */
export function ancestorStatus(subject: Subject, scene: Scene): Status {
  const entries = new Map<string, { reference: ParentReference; refused: Refused | undefined }>();
  for (const { target, refused } of targetsOf(subject)) {
    for (const reference of ancestorsOf({ target, refused }, scene)) {
      const key = referenceKey(reference);
      const known = entries.get(key);
      entries.set(key, { reference, refused: known?.refused ?? refused });
    }
  }
  return {
    shape: 'ancestors',
    controllerName: scene.outcome.controllerName,
    entries: [...entries.values()].map(({ reference, refused }) => ({
      reference,
      conditions: conditionsFor(subject, refused),
    })),
  };
}

interface Target {
  readonly target: ParentReference;
  readonly refused: Refused | undefined;
}

/** The targets as written, with what is wrong with each, and whatever else the build attached the policy to. */
function targetsOf({ watched, attachments, verdict }: Subject): readonly Target[] {
  const answers = new Map(attachments.map(({ parent, outcome }) => [referenceKey(parent), { parent, outcome }]));
  const written = referencesIn(watched).map(({ path, reference }): Target => {
    const outcome = answers.get(referenceKey(reference))?.outcome;
    answers.delete(referenceKey(reference));
    return { target: reference, refused: refusalAt(path, verdict) ?? (outcome === 'accepted' ? undefined : outcome) };
  });
  const further = [...answers.values()].map(({ parent, outcome }) => ({
    target: parent,
    refused: outcome === 'accepted' ? undefined : outcome,
  }));
  // Ancestors that the build knows are better than those guessed from what is written.
  return further.length > 0 && written.every(({ refused }) => refused === undefined)
    ? further
    : [...written, ...further];
}

/** Of these we know whether one is there. */
const targetKinds: ReadonlySet<string> = new Set([
  'HTTPRoute',
  'AIGatewayRoute',
  'AIServiceBackend',
  'Backend',
  'Service',
]);

function ancestorsOf({ target, refused }: Target, scene: Scene): readonly ParentReference[] {
  const { ours } = scene;
  if (isGateway(target)) return ours.isOurs(target) ? [target] : [];
  const attached = attachmentsOfRoute(target, scene).filter(({ parent }) => isGateway(parent) && ours.isOurs(parent));
  const gateways = target.kind.endsWith('Route') ? acceptedGateways(attached, ours) : scene.gatewaysBehind(target);
  if (gateways.length > 0) return gateways;
  const route = attached.length === 0 ? routeNamed(target, scene) : undefined;
  if (route !== undefined) return parentsOfNothing(route, ours);
  // What is there, and nothing of ours leads to, may be somebody else's affair, and so are routes of kinds that we do not
  // read. What is not there is nobody's.
  const isMissing = refused?.reason === 'TargetNotFound' && targetKinds.has(target.kind);
  return ours.areAllOurs || isMissing ? [target] : [];
}

function attachmentsOfRoute({ kind, namespace, name }: ParentReference, { attachments }: Scene): readonly Attachment[] {
  return routeKindsNamed(kind).flatMap((each) => attachments.get(documentId(each, namespace, name)) ?? []);
}

/** Policies for the HTTPRoute that Envoy AI Gateway makes of an AIGatewayRoute name it by the same name. */
function routeKindsNamed(kind: string): readonly string[] {
  if (!kind.endsWith('Route')) return [];
  return kind === 'HTTPRoute' ? ['HTTPRoute', 'AIGatewayRoute'] : [kind];
}

/**
 * Nothing came of this route. It is of other controllers' Gateways, and what is done to it is theirs to say; or it is
 * refused as a whole, and whoever wrote a policy for it hears of that where it would be in force.
 */
function parentsOfNothing(route: WatchedObject, ours: Ours): readonly ParentReference[] {
  return referencesIn(route).flatMap(({ reference: { sectionName: _, port: __, ...parent } }) =>
    ours.isOurs(parent) ? [parent] : [],
  );
}

function routeNamed({ kind, namespace, name }: ParentReference, { objectOf }: Scene): WatchedObject | undefined {
  const [found] = routeKindsNamed(kind).flatMap((each) => objectOf(documentId(each, namespace, name)) ?? []);
  return found;
}

function conditionsFor(subject: Subject, refused: Refused | undefined): readonly Condition[] {
  const { say, watched } = subject;
  const verdict = withoutReferences(subject.verdict);
  const blocking = [...verdict.errors, ...verdict.references];
  const conditions = [accepted(say, verdict, blocking, refused), resolvedRefs(say, verdict)];
  const named = watched.kind === 'BackendTLSPolicy' ? conditions.map(inWordsOfBackendTls) : conditions;
  return [...named, ...warning(say, verdict)];
}

/** All that a BackendTLSPolicy refers to besides its targets is certificates, and Gateway API has own words for them. */
function inWordsOfBackendTls(condition: Condition): Condition {
  const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    Accepted: {
      RefNotPermitted: 'NoValidCACertificate',
      InvalidKind: 'NoValidCACertificate',
      InvalidCertificateRef: 'NoValidCACertificate',
      SecretNotFound: 'NoValidCACertificate',
      ConfigMapNotFound: 'NoValidCACertificate',
    },
    ResolvedRefs: {
      InvalidCertificateRef: 'InvalidCACertificateRef',
      SecretNotFound: 'InvalidCACertificateRef',
      ConfigMapNotFound: 'InvalidCACertificateRef',
    },
  };
  return { ...condition, reason: words[condition.type]?.[condition.reason] ?? condition.reason };
}
