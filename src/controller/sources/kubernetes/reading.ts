import type { KubeObject } from '../../../kube/object.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { bodyFields } from '../../../policy/kind-row.ts';
import { type Kind, kinds } from '../../../policy/kinds.ts';
import type { Problem } from '../../../policy/problem.ts';
import { readDocument } from '../../../policy/read-document.ts';
import { pathText } from '../../../policy/schema/place.ts';
import { objectId } from '../../object-id.ts';

/** What an object says, and what of it is in force. */
export interface Reading {
  readonly id: string;
  readonly kind: Kind;
  readonly object: KubeObject;
  /** Differs if the object may say something else: writing a status does not. */
  readonly mark: string;
  /** In force: what it says, or what it said when it was last right. */
  readonly document?: PolicyDocument;
  /** The object that the document was read from, while that is not the object itself. */
  readonly lastGood?: KubeObject;
  readonly problems: readonly Problem[];
}

/** How people find it: `Model/team-a/small`, always with its namespace. */
function sourceOf(kind: Kind, { metadata: { namespace, name } }: KubeObject): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join('/');
}

/** Reads an object, after what was made of it before. The same reading comes back if nothing about it differs. */
export function read(kind: Kind, object: KubeObject, last: Reading | undefined, now: number): Reading {
  if (last?.object === object) return last;
  const mark = markOf(object);
  const before = last?.object.metadata.uid === object.metadata.uid ? last : undefined;
  if (before?.mark === mark) return { ...before, object };

  const source = sourceOf(kind, object);
  const { document, barrier, findings } = readDocument(policyOf(kind, object), now);
  const id = objectId(kind, object);
  const problems = findings.map(
    ({ path, ...rest }): Problem => ({ ...rest, source, document: id, path: pathText(path) }),
  );
  const common = { id, kind, object, mark, problems };
  const wasRight = before?.document !== undefined && !before.document.isBarrier;
  const inForce = document ?? (wasRight ? undefined : barrier);
  if (inForce !== undefined) {
    const isUnchanged = before?.document?.hash === inForce.hash;
    if (isUnchanged) return { ...common, document: before.document };
    const { creationTimestamp: createdAt } = object.metadata;
    return { ...common, document: { ...inForce, source, folder: '', ...(createdAt !== undefined && { createdAt }) } };
  }
  // It is broken: what it said last stays, for as long as it is there.
  if (before?.document === undefined || !wasRight) return common;
  return { ...common, document: before.document, lastGood: before.lastGood ?? before.object };
}

/** Whether nothing has changed but what is told: the status, who wrote it, finalizers. */
export function saysTheSame(a: KubeObject, b: KubeObject): boolean {
  return markOf(a) === markOf(b);
}

/** Generations count changes of what is wanted; labels and annotations, which mean something too, have none. */
function markOf({ apiVersion, metadata }: KubeObject): string {
  const { uid, generation, resourceVersion, labels, annotations } = metadata;
  const said = Object.entries(annotations ?? {}).filter(([name]) => !name.startsWith('kubectl.kubernetes.io/'));
  return JSON.stringify([apiVersion, uid, generation ?? resourceVersion, labels, said]);
}

/** As somebody could have written it. What the API server and other tools add is no part of it. */
function policyOf(kind: Kind, object: KubeObject): unknown {
  const { name, namespace, labels, annotations } = object.metadata;
  const { apiVersion } = object;
  const metadata = {
    name,
    ...(namespace && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  const body = bodyFields(kinds[kind]).map((field) => [field, object[field]] as const);
  return { apiVersion, kind, metadata, ...Object.fromEntries(body.filter(([, value]) => value !== undefined)) };
}
