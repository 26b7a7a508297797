import type { Attachment } from '../../model/build/attachment.ts';
import { documentId } from '../../policy/document-id.ts';
import { objectId } from '../object-id.ts';
import { attachmentsByDocument, attachmentsByGateway } from './attachments.ts';
import { sayOf } from './document-conditions.ts';
import { fieldsOf } from './fields.ts';
import { acceptedGateways, gatewaysBehind, type Leading, leadingTo } from './gateways-behind.ts';
import { createKnownStatuses, type KnownStatuses, standingText } from './known-statuses.ts';
import { findOurs } from './ours.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import { dependsOnOthers, type Shape, shapeOf } from './shape.ts';
import type { Status } from './status.ts';
import type { Scene } from './subject.ts';
import { createJudge, nothingWrong } from './verdict.ts';

export interface ObjectStatus {
  readonly id: string;
  readonly watched: WatchedObject;
  readonly status: Status;
}

/**
 * What the status of every object is to say that is ours to speak of and has been judged. A function of the outcome; what
 * is known saves making it again.
 */
export function statusesOf(outcome: Outcome, known: KnownStatuses = createKnownStatuses()): ObjectStatus[] {
  const objects = [...outcome.objects];
  let byId: ReadonlyMap<string, WatchedObject> | undefined;
  let leading: Leading | undefined;
  const ours = findOurs({ ...outcome, objects });
  const attachments = attachmentsByDocument(outcome.attachments);
  const objectOf = (id: string): WatchedObject | undefined => {
    byId ??= new Map(objects.map((each) => [objectId(each.kind, each.object), each]));
    return byId.get(id);
  };
  const scene: Scene = {
    outcome,
    ours,
    standing: standingText(outcome, ours.version),
    attachments,
    attachmentsTo: attachmentsByGateway(outcome.attachments),
    verdictOf: createJudge(outcome),
    gatewaysBehind(backend) {
      leading ??= leadingTo(objects);
      return gatewaysBehind(backend, leading, (route) => acceptedGateways(attachments.get(route) ?? [], ours));
    },
    objectOf,
    hasObject(kind, namespace, name) {
      return objectOf(documentId(kind, namespace, name)) !== undefined;
    },
  };
  const statuses: ObjectStatus[] = [];
  for (const watched of objects) {
    const shape = shapeOf(watched.kind);
    if (shape === undefined) continue;
    const id = objectId(watched.kind, watched.object);
    const { generation = 1 } = watched.object.metadata;
    if (outcome.generations.get(id) !== generation) continue;
    const status = statusOf(id, watched, shape, scene, known);
    if (status !== undefined) statuses.push({ id, watched, status });
  }
  return statuses;
}

function statusOf(
  id: string,
  watched: WatchedObject,
  shape: Shape,
  scene: Scene,
  known: KnownStatuses,
): Status | undefined {
  const { object } = watched;
  const { standing } = scene;
  const attachments = scene.attachments.get(id) ?? none;
  const verdict = scene.verdictOf(id);
  const isKept = verdict === nothingWrong && !dependsOnOthers(shape);
  const before = isKept ? known.find(object, standing, attachments) : undefined;
  if (before !== undefined) return before.status;
  const { generation = 1 } = object.metadata;
  const words = { spec: fieldsOf(object.spec), status: fieldsOf(object.status), generation, say: sayOf(generation) };
  const status = shape({ id, watched, verdict, attachments, ...words }, scene);
  if (isKept) known.keep(object, { standing, attachments, status });
  return status;
}

const none: readonly Attachment[] = [];
