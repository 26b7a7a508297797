import type { KubeObject } from '../../kube/object.ts';
import { contentVersion } from '../../lib/hash.ts';
import { controllerAnnotation, gatewayNameLabel, managedBy, managedByLabel } from './gateway.ts';

/** Everything that is made for Gateways, whoever's they are, has these labels. */
export const provisionedSelector = `${managedByLabel}=${managedBy},${gatewayNameLabel}`;

/** What is remembered of an object that is there. */
export interface LiveObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Uid of the Gateway that controls it. */
  readonly owner: string | undefined;
  /** Name of the controller that made it. */
  readonly controller: string | undefined;
  /** It was made in our name and is controlled by nobody: its owner was removed by hand, or deleted without what it owned. */
  readonly isAbandoned: boolean;
  /** Changes whenever a field of ours is changed: by somebody else, whose it is then, or in our own name. */
  readonly ownFields: string;
  readonly status: unknown;
  /** Of a Deployment: how many pods are asked for, whoever does. */
  readonly replicas: number | undefined;
  /** Of a Deployment, while their number is ours to say. */
  readonly ownReplicas: number | undefined;
  /** Of a Service: one for each family that it has; `None` alone where it is headless. */
  readonly clusterIPs: readonly string[];
  /** Of a Service: it waits for an address from outside, or has one. */
  readonly isBalanced: boolean;
  /** Of a Secret: the texts. */
  readonly data: { readonly [key: string]: string };
}

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

export function liveObject(object: KubeObject): LiveObject {
  const { namespace = '', name, uid = '', resourceVersion = '', labels = {} } = object.metadata;
  const owners = (object.metadata.ownerReferences ?? []) as readonly {
    kind?: string;
    uid?: string;
    controller?: boolean;
  }[];
  const spec = object.spec as
    | { clusterIP?: string; clusterIPs?: readonly string[]; replicas?: number; type?: string }
    | undefined;
  const own = ownEntry(object);
  const fields = own?.fieldsV1;
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    owner: owners.find(({ kind, controller }) => kind === 'Gateway' && controller === true)?.uid,
    controller: object.metadata.annotations?.[controllerAnnotation],
    // Labels can be copied with the rest of a manifest; who wrote the fields cannot be said by `kubectl apply`.
    isAbandoned:
      own !== undefined &&
      labels[managedByLabel] === managedBy &&
      labels[gatewayNameLabel] !== undefined &&
      !owners.some(({ controller }) => controller === true),
    ownFields: fields === undefined ? '' : contentVersion(JSON.stringify([fields, own?.time])),
    status: object.status,
    replicas: spec?.replicas,
    ownReplicas: isOurs(fields, 'f:spec', 'f:replicas') ? spec?.replicas : undefined,
    clusterIPs: spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []),
    isBalanced: spec?.type === 'LoadBalancer',
    data: object.kind === 'Secret' ? decoded(object.data) : {},
  };
}

/**
 * The API server writes down who set which field. Somebody who changes one of ours takes it from us; somebody who adds
 * one, or the status, or the number of replicas, does not. So this one comparison finds every drift and no other change,
 * whatever defaults and spellings the server has put into the object. The time tells of what another replica wrote in our
 * name: the call of one that led a moment ago may arrive after ours.
 */
function ownEntry({ metadata }: KubeObject): ManagedFields | undefined {
  const all = (metadata as { managedFields?: readonly ManagedFields[] }).managedFields ?? [];
  return all.find((entry) => entry.manager === 'sluice' && entry.operation === 'Apply' && !entry.subresource);
}

function isOurs(fields: unknown, ...path: readonly string[]): boolean {
  let at = fields;
  for (const name of path) at = (at as Record<string, unknown> | undefined)?.[name];
  return at !== undefined;
}

function decoded(data: unknown): { readonly [key: string]: string } {
  if (typeof data !== 'object' || data === null) return {};
  const texts = Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]));
}
