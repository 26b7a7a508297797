import type { GatewayDocument, GatewayPolicyDocument, PolicyDocument } from '../../../policy/document.ts';
import { mostBodyBytes } from '../../gateway.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';

const usual = 20 * 1024 * 1024;

/** The longest request body: as a GatewayPolicy says, even by its default, else as a ClientTrafficPolicy does. */
export function bodyLimit(
  gateway: GatewayDocument | undefined,
  policy: GatewayPolicyDocument | undefined,
  clientTraffic: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): number {
  const traffic = gateway && clientTraffic.of({ kind: 'Gateway', namespace: gateway.namespace, name: gateway.name });
  const ofTraffic = traffic?.spec.connection?.bufferLimit;
  const path = 'spec.connection.bufferLimit';
  if (policy !== undefined) {
    if (traffic !== undefined && ofTraffic !== undefined) {
      const message = `is not in force: ${policy.id} says maxBodySize`;
      context.warn(traffic, path, message, 'remove it, or say it there', 'Conflicted');
    }
    return served(policy, 'spec.maxBodySize', policy.spec.maxBodySize, context);
  }
  return traffic === undefined || ofTraffic === undefined ? usual : served(traffic, path, ofTraffic, context);
}

/** A body that Envoy takes and the processor does not would be refused as if the gateway were down. */
function served(document: PolicyDocument, path: string, bytes: number, context: BuildContext): number {
  if (bytes <= mostBodyBytes) return bytes;
  const message = 'is more than the processor takes: bodies of more than 60 MiB are refused with 413';
  context.warn(document, path, message, 'ask for 60 MiB at most', 'UnsupportedValue');
  return mostBodyBytes;
}
