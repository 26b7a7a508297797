import type { KindFacts } from '../../policy/kind-row.ts';
import { isKind, kinds } from '../../policy/kinds.ts';
import { ancestorStatus } from './ancestor-status.ts';
import { gatewayClassStatus } from './gateway-class-status.ts';
import { gatewayStatus } from './gateway-status.ts';
import { objectStatus } from './object-status.ts';
import { parentStatus } from './parent-status.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/** The status of an object; nothing, where it is not ours to speak of. */
export type Shape = (subject: Subject, scene: Scene) => Status | undefined;

/** Kinds whose status is unlike all others', and kinds that have none. */
const exceptions: Readonly<Record<string, Shape | 'none'>> = {
  GatewayClass: gatewayClassStatus,
  Gateway: gatewayStatus,
  ReferenceGrant: 'none',
  HTTPRouteFilter: 'none',
};

export function shapeOf(kind: string): Shape | undefined {
  const exception = exceptions[kind];
  if (exception !== undefined) return exception === 'none' ? undefined : exception;
  if (!isKind(kind) || kinds[kind].group === '') return undefined;
  const { statusPer } = kinds[kind] as KindFacts;
  return statusPer === undefined ? objectStatus : { parent: parentStatus, ancestor: ancestorStatus }[statusPer];
}
