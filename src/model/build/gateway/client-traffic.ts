import type { DocumentOf, GatewayDocument } from '../../../policy/document.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';

export type ClientTrafficDocument = DocumentOf<'ClientTrafficPolicy'>;

/** Requests to ordinary services pass as they come, and nobody holds their bodies. */
export function warnOfUnlimitedServices(
  { namespace, name }: GatewayDocument,
  clientTraffic: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): void {
  const traffic = clientTraffic.of({ kind: 'Gateway', namespace, name });
  if (traffic?.spec.connection?.bufferLimit === undefined) return;
  const message = 'is in force for requests to models only: those to ordinary services (HTTPRoutes) are not held';
  context.warn(traffic, 'spec.connection.bufferLimit', message, 'bound them in the services', 'UnsupportedValue');
}

/** Bodies are held by the processor, which does not know by which listener a request came. */
export function refuseLimitsOfListeners(policies: readonly ClientTrafficDocument[], context: BuildContext): void {
  for (const policy of policies) {
    const isForListener = policy.spec.targetRefs.some(({ sectionName }) => sectionName !== undefined);
    if (policy.spec.connection?.bufferLimit === undefined || !isForListener) continue;
    const message = 'is not served: single listeners have no limits of their own';
    context.reject(policy, 'spec.connection.bufferLimit', message, 'attach it to the Gateway', 'UnsupportedValue');
  }
}
