import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { BackendTrafficDocument, SecurityDocument } from '../documents.ts';
import { aiRouteTargets } from '../envoy-gateway/unserved.ts';
import { ofKind } from '../of-kind.ts';
import { warnOfClaimsInVain } from './claims-in-vain.ts';

/** What of a BackendTrafficPolicy nobody acts upon, although it is well written. */
export function refuseUnservedTraffic(policies: readonly BackendTrafficDocument[], context: BuildContext): void {
  for (const policy of policies) {
    const { circuitBreaker, timeout } = policy.spec;
    const refuse = (path: string, message: string, remedy: string): void =>
      context.reject(policy, path, `is not served: ${message}`, remedy, 'UnsupportedValue');
    if (circuitBreaker !== undefined) {
      refuse('spec.circuitBreaker', 'what runs at once is not bounded per backend', 'write a Limit with concurrency');
    }
    if (timeout?.tcp?.connectTimeout !== undefined) {
      const message = 'is not served: connections have 5s to come about';
      const remedy = 'remove it; the rest is in force';
      context.warn(policy, 'spec.timeout.tcp.connectTimeout', message, remedy, 'UnsupportedValue');
    }
  }
}

/** The same of a SecurityPolicy, where it is for models. */
export function refuseUnservedSecurity(
  policies: readonly SecurityDocument[],
  documents: readonly PolicyDocument[],
  context: BuildContext,
): void {
  const letsStrangersIn = ofKind(documents, 'GatewayPolicy').some(({ spec }) => spec.anonymous !== undefined);
  for (const policy of policies) {
    const { apiKeyAuth, jwt, cors, targetRefs, targetSelectors } = policy.spec;
    const refuse = (path: string, message: string, remedy: string): void =>
      context.reject(policy, path, message, remedy, 'UnsupportedValue');
    const aiRoutes = aiRouteTargets(policy, documents);
    for (const [index, { kind, sectionName }] of targetRefs.entries()) {
      const path = `spec.targetRefs[${index}]`;
      if (sectionName === undefined) continue;
      if (aiRoutes.includes(path) && cors !== undefined) {
        const message = 'is not served for single rules: pages ask before they say which model they want';
        refuse('spec.cors', message, 'attach it to the route');
      } else if (kind === 'Gateway' && apiKeyAuth !== undefined) {
        const message = 'is in force for ordinary services only: callers of models belong to a whole Gateway';
        context.warn(policy, `${path}.sectionName`, message, 'remove it', 'UnsupportedValue');
      }
    }
    const isForGateway = [...targetRefs, ...targetSelectors].some(({ kind }) => kind === 'Gateway');
    if (isForGateway || aiRoutes.length > 0) warnOfClaimsInVain(policy, isForGateway, context);
    if (jwt !== undefined && apiKeyAuth === undefined && (isForGateway || aiRoutes.length > 0) && !letsStrangersIn) {
      const message = 'is checked besides the key: callers of models need both';
      const remedy = 'give them keys, or say in GatewayPolicy.spec.anonymous whose key those have who show none';
      context.warn(policy, 'spec.jwt', message, remedy);
    }
  }
}
