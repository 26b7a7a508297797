import type { BuildContext } from '../context.ts';
import type { BackendTrafficDocument } from '../documents.ts';
import type { LeveledPolicy } from '../policy-levels.ts';

/**
 * What a BackendTrafficPolicy says in vain where it meets an ordinary service. One for a whole Gateway may well mean its
 * models, and is in force there.
 */
export function sayUnservedTraffic(policies: readonly LeveledPolicy<BackendTrafficDocument>[], context: BuildContext) {
  for (const { level, spec: policy } of policies) {
    const isForAll = level === 'gateway' || level === 'listener';
    const say = isForAll ? context.warn : context.reject;
    const { rateLimit, retry } = policy.spec;
    if (rateLimit !== undefined) {
      const message = 'is not in force for ordinary services (HTTPRoutes): what is counted is what models are asked';
      say(
        policy,
        'spec.rateLimit',
        message,
        isForAll ? 'attach it to AIGatewayRoutes' : 'remove it',
        'UnsupportedValue',
      );
    }
    if (retry?.numAttemptsPerPriority !== undefined) {
      const message =
        'is not in force for ordinary services (HTTPRoutes): their backends have weights, and no priorities';
      const remedy = isForAll ? 'attach it to AIGatewayRoutes' : 'remove it';
      say(policy, 'spec.retry.numAttemptsPerPriority', message, remedy, 'UnsupportedValue');
    }
  }
}
