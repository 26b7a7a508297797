import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { BackendTrafficDocument, Named, SecurityDocument } from './documents.ts';

/** What of a BackendTrafficPolicy nobody acts upon, although it is well written. */
export function refuseUnservedTraffic(
  policies: readonly BackendTrafficDocument[],
  aiRoutes: Named<PolicyDocument>,
  httpRoutes: Named<PolicyDocument>,
  context: BuildContext,
): void {
  for (const policy of policies) {
    for (const [index, { kind, name }] of policy.spec.targetRefs.entries()) {
      const isOrdinary = kind === 'HTTPRoute' && aiRoutes.get(policy.namespace, name) === undefined;
      if (!isOrdinary || httpRoutes.get(policy.namespace, name) === undefined) continue;
      const message = `HTTPRoute "${name}" is an ordinary service, which has its retries and time-outs in its own rules`;
      context.reject(policy, `spec.targetRefs[${index}]`, message, 'write them there', 'UnsupportedValue');
    }
    const { circuitBreaker, timeout, rateLimit, targetRefs } = policy.spec;
    const refuse = (path: string, message: string, remedy: string): void =>
      context.reject(policy, path, `is not served: ${message}`, remedy, 'UnsupportedValue');
    if (circuitBreaker !== undefined) {
      refuse('spec.circuitBreaker', 'what runs at once is not bounded per backend', 'write a Limit with concurrency');
    }
    if (timeout?.tcp?.connectTimeout !== undefined) {
      refuse('spec.timeout.tcp.connectTimeout', 'connections have 5s to come about', 'remove it');
    }
    const isForRule = targetRefs.some(({ kind, sectionName }) => kind !== 'Gateway' && sectionName !== undefined);
    if (rateLimit !== undefined && isForRule) {
      refuse('spec.rateLimit', 'single rules have no limits of their own', 'attach it to the route');
    }
  }
}

/** The same of a SecurityPolicy. */
export function refuseUnservedSecurity(policies: readonly SecurityDocument[], context: BuildContext): void {
  for (const policy of policies) {
    const { jwt, cors, targetRefs, targetSelectors } = policy.spec;
    if (jwt !== undefined) {
      const message = 'is not served yet: callers show keys';
      context.reject(policy, 'spec.jwt', message, 'use apiKeyAuth, or ApiKeys', 'UnsupportedValue');
    }
    for (const [index, { sectionName }] of targetRefs.entries()) {
      if (sectionName === undefined) continue;
      const message = 'is not served for AIGatewayRoutes: callers belong to a whole Gateway or route';
      context.reject(policy, `spec.targetRefs[${index}].sectionName`, message, 'remove it', 'UnsupportedValue');
    }
    const isForGateways = [...targetRefs, ...targetSelectors].every(({ kind }) => kind === 'Gateway');
    if (cors === undefined || isForGateways) continue;
    const message = 'is not served for single routes';
    context.reject(policy, 'spec.cors', message, 'attach it to the Gateway', 'UnsupportedValue');
  }
}
