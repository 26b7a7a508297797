import { documentId } from '../../policy/document-id.ts';
import { objectId } from '../object-id.ts';
import { sayOf } from './document-conditions.ts';
import { fieldsOf } from './fields.ts';
import { attachmentsByGateway } from './gateway-status.ts';
import { createKnownStatuses, type KnownStatuses, standingText } from './known-statuses.ts';
import { findOurs } from './ours.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import { dependsOnOthers, shapeOf } from './shape.ts';
import type { Status } from './status.ts';
import type { Scene } from './subject.ts';
import { createJudge } from './verdict.ts';

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
  const objects = new Map<string, WatchedObject>();
  for (const each of outcome.objects) objects.set(objectId(each.kind, each.object), each);
  const verdictOf = createJudge(outcome);
  const attachments = Map.groupBy(outcome.attachments, ({ document }) => document);
  const ours = findOurs({ objects: objects.values(), controllerName: outcome.controllerName });
  const scene: Scene = {
    outcome,
    ours,
    standing: standingText(outcome, ours.version),
    attachments,
    attachmentsTo: attachmentsByGateway(outcome.attachments),
    verdictOf,
    hasObject: (kind, namespace, name) => objects.has(documentId(kind, namespace, name)),
  };
  return [...objects].flatMap(([id, watched]) => {
    const shape = shapeOf(watched.kind);
    const { generation = 1 } = watched.object.metadata;
    if (shape === undefined || outcome.generations.get(id) !== generation) return [];
    const judged = { watched, verdict: verdictOf(id), attachments: attachments.get(id) ?? [] };
    const make = (): Status | undefined => {
      const { spec, status } = watched.object;
      const words = { spec: fieldsOf(spec), status: fieldsOf(status), generation, say: sayOf(generation) };
      return shape({ id, ...judged, ...words }, scene);
    };
    const status = dependsOnOthers(shape) ? make() : known.of(judged, scene, make);
    return status === undefined ? [] : [{ id, watched, status }];
  });
}
