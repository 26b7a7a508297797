import type { GatewayDocument, GatewayPolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import { gatewayApiGroup } from '../../../policy/gateway-api/name.ts';
import type { BuildContext } from '../context.ts';
import { mayReferTo } from '../grants/permission.ts';
import { olderFirst, takenTarget } from '../older-first.ts';
import type { PolicyPlace } from '../place.ts';
import { reference } from '../reference.ts';

/** The gateway of a folder that has no Gateway document. */
export const builtInGateway = 'default';

export function gatewayNames(gateways: readonly GatewayDocument[], place: PolicyPlace): readonly string[] {
  if (gateways.length === 0 && place.hasBuiltInGateway) return [builtInGateway];
  return gateways.map(gatewayName);
}

function gatewayName({ namespace, name }: GatewayDocument): string {
  return qualifiedName(namespace, name);
}

/** By the name of the gateway. */
export type GatewayPolicies = ReadonlyMap<string, GatewayPolicyDocument>;

/** Which policy is for which gateway. One that is for none, or for one that has one already, is said. */
export function gatewayPolicies(
  gateways: readonly GatewayDocument[],
  policies: readonly GatewayPolicyDocument[],
  place: PolicyPlace,
  context: BuildContext,
): GatewayPolicies {
  const names = gatewayNames(gateways, place);
  const assigned = new Map<string, GatewayPolicyDocument>();
  for (const policy of olderFirst(policies)) {
    const written = policy.spec.targetRef?.name;
    const target =
      written === undefined ? onlyOne(policy, gateways, place, context) : reference(written, policy.namespace);
    if (target === undefined) continue;
    if (!names.includes(target)) {
      const message = `Gateway "${target}" does not exist; there is ${names.join(', ')}`;
      context.reject(
        policy,
        'spec.targetRef.name',
        message,
        'name one of these, or add that Gateway',
        'GatewayNotFound',
      );
      continue;
    }
    const other = assigned.get(target);
    if (other !== undefined) {
      const message = takenTarget(other, policy, 'Gateway');
      context.reject(policy, 'spec.targetRef', message, 'put both into one document', 'Conflicted');
      continue;
    }
    assigned.set(target, policy);
    warnOfGrpcPort(policy, context);
  }
  return assigned;
}

/** Of its namespace, or else the only one there is, if whoever owns that lets others say who calls there. */
function onlyOne(
  policy: GatewayPolicyDocument,
  gateways: readonly GatewayDocument[],
  place: PolicyPlace,
  context: BuildContext,
): string | undefined {
  if (gateways.length === 0 && place.hasBuiltInGateway) return builtInGateway;
  const own = gateways.filter(({ namespace }) => namespace === policy.namespace);
  const [only, ...more] = own.length > 0 ? own : gateways;
  if (only === undefined) {
    context.reject(policy, 'spec.targetRef', 'is missing, and there is no Gateway', 'add one', 'GatewayNotFound');
    return undefined;
  }
  const { namespace, name } = only;
  if (more.length > 0) {
    const message = `is missing, and there are several Gateways: ${[only, ...more].map(gatewayName).join(', ')}`;
    context.reject(policy, 'spec.targetRef', message, 'name the one that is meant');
    return undefined;
  }
  const target = { group: gatewayApiGroup, kind: 'Gateway', namespace, name };
  return mayReferTo(policy, 'spec.targetRef', target, context) ? gatewayName(only) : undefined;
}

/** Collectors have two ports, and the one for gRPC is the better known. */
function warnOfGrpcPort(policy: GatewayPolicyDocument, context: BuildContext): void {
  if (policy.spec.telemetry.otlp?.endpoint.port !== 4317) return;
  const message = 'port 4317 is where collectors usually speak gRPC; spans are sent over HTTP';
  context.warn(policy, 'spec.telemetry.otlp.endpoint', message, 'write port 4318 if the collector has both');
}
