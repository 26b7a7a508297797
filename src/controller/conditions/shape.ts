import type { KindFacts } from '../../policy/kind-row.ts';
import { isKind, kinds } from '../../policy/kinds.ts';
import { ancestorStatus } from './ancestor-status.ts';
import { gatewayClassStatus } from './gateway-class-status.ts';
import { gatewayParametersStatus } from './gateway-parameters-status.ts';
import { gatewayStatus } from './gateway-status.ts';
import { objectStatus } from './object-status.ts';
import { parentStatus } from './parent-status.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/** The status of an object; nothing, where it is not ours to speak of. */
export type Shape = (subject: Subject, scene: Scene) => Status | undefined;

/** Kinds whose status is unlike all others', and those that have none. */
const exceptions: Readonly<Record<string, Shape | 'none'>> = {
  GatewayClass: gatewayClassStatus,
  Gateway: gatewayStatus,
  GatewayParameters: gatewayParametersStatus,
  ReferenceGrant: 'none',
};

const shapes = new Map<string, Shape | undefined>();

export function shapeOf(kind: string): Shape | undefined {
  if (!shapes.has(kind)) shapes.set(kind, findShape(kind));
  return shapes.get(kind);
}

function findShape(kind: string): Shape | undefined {
  if (!isKind(kind)) return undefined;
  const facts: KindFacts = kinds[kind];
  const exception = exceptions[kind];
  if (exception === 'none' || facts.group === '') return undefined;
  if (exception !== undefined) return exception;
  if (facts.statusPer === undefined) return objectStatus;
  return { parent: parentStatus, ancestor: ancestorStatus }[facts.statusPer];
}

/** On other objects than Gateways and their classes, or on more of those than how they stand. */
export function dependsOnOthers(shape: Shape): boolean {
  return shape !== objectStatus && shape !== parentStatus;
}
