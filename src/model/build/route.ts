import { contentVersion } from '../../lib/hash.ts';
import { type RetrySpec, retry } from '../../policy/retry.ts';
import { invalid } from '../../policy/schema/parsed.ts';
import type { TargetSpec } from '../../policy/target.ts';
import type { Provider } from '../provider.ts';
import type { RetryProfile, Route, Target } from '../route.ts';
import { targetPricingName } from './pricing.ts';

/** The retry rules of whatever has none of its own: keys' own chains, and requests that name no model. */
export const defaultRetry: RetrySpec = parsedDefault();

function parsedDefault(): RetrySpec {
  const parsed = retry.parse({}, { path: [], findings: [], facts: { name: '', now: 0 } });
  if (parsed === invalid) throw new Error('The default retry rules do not parse.');
  return parsed;
}

/** The rules of a retry spec that Envoy enforces. Equal rules give one profile. */
export function retryProfile(retry: RetrySpec): RetryProfile {
  return namedProfile({
    statuses: [...new Set(retry.on.filter((condition) => typeof condition === 'number'))].sort((a, b) => a - b),
    onServerError: retry.on.includes('5xx'),
    onConnectFailure: retry.on.includes('connect'),
    onReset: retry.on.includes('reset'),
    onTimeout: retry.on.includes('timeout'),
    attemptTimeoutMs: retry.attemptTimeout,
    idleTimeoutMs: retry.idleTimeout ?? retry.attemptTimeout,
  });
}

/** Under a name that says its content. */
export function namedProfile(rules: Omit<RetryProfile, 'name'>): RetryProfile {
  return { name: `retry-${contentVersion(JSON.stringify(rules)).slice(0, 12)}`, ...rules };
}

/** What of a retry spec the processor enforces. */
export function processorRules(
  retry: RetrySpec,
): Pick<Route, 'affinityHeader' | 'coolDown' | 'watchBody' | 'firstTokenTimeoutMs'> {
  return {
    ...(retry.affinity && { affinityHeader: retry.affinity.header }),
    coolDown: { failures: retry.coolDown.failures, durationMs: retry.coolDown.for },
    watchBody: retry.on.includes('bodyError'),
    // The first token comes with the headers or after them, but the processor holds them back until then: the limit for
    // the headers is one for the token, too.
    ...(retry.firstTokenTimeout !== undefined && {
      firstTokenTimeoutMs: Math.min(retry.firstTokenTimeout, retry.attemptTimeout),
    }),
  };
}

/** The chain in the order in which it is tried. Targets of weight 0 are drained: they get nothing. */
export function chainOf(chain: string, specs: readonly TargetSpec[], isKnown: (provider: string) => boolean): Target[] {
  return specs
    .filter((spec) => spec.weight > 0 && isKnown(spec.provider))
    .map((spec) => ({
      provider: spec.provider,
      ...(spec.model !== undefined && { model: spec.model }),
      priority: spec.priority,
      weight: spec.weight,
      ...(spec.pricing && { pricing: targetPricingName(chain, spec) }),
    }))
    .sort((a, b) => a.priority - b.priority);
}

/** Everything about the providers of a chain that the route depends on: for recognising an unchanged route. */
export function chainSignature(specs: readonly TargetSpec[], providers: ReadonlyMap<string, Provider>): string {
  return specs.map((spec) => `${spec.provider}:${privacyOf(providers.get(spec.provider))}`).join(',');
}

function privacyOf(provider: Provider | undefined): string {
  return provider === undefined ? 'missing' : String(provider.isPrivate);
}

export function isPrivateOnly(targets: readonly Target[], providers: ReadonlyMap<string, Provider>): boolean {
  return targets.length > 0 && targets.every((target) => providers.get(target.provider)?.isPrivate === true);
}
