import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { Limit } from '../../limit.ts';
import type { Provider } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import type { QuotaDocument } from '../documents.ts';
import type { BuiltBackends } from './backends.ts';
import { countedCost } from './cost.ts';
import { warnOfIdleSelectors } from './idle-selectors.ts';
import { type BuiltLimit, callersOf, everybody, forNobody, limitDefaults, unkept } from './limit.ts';
import { type RuleMatch, ruleMatches } from './match.ts';
import { sayRefused } from './refused-limit.ts';
import type { ResolvedRef } from './targets.ts';

/** A rule on this gateway, and where it leads. */
export interface QuotaRule {
  readonly rule: AiRule;
  readonly refs: readonly ResolvedRef[];
}

type ModelQuota = QuotaDocument['spec']['perModelQuotas'][number];

const severalBackends = 'a request is counted before it is known who answers it, and here others may';

/** By the provider that they are for. A backend has one policy; what another one says of it is not in force. */
export function buildAllQuotas(
  policies: readonly QuotaDocument[],
  backends: BuiltBackends,
  rules: readonly QuotaRule[],
  context: BuildContext,
): ReadonlyMap<Provider, readonly Limit[]> {
  const owners = new Map<Provider, QuotaDocument>();
  const limits = new Map<Provider, readonly Limit[]>();
  for (const policy of policies) {
    for (const [index, { name }] of policy.spec.targetRefs.entries()) {
      const provider = backends.providers.get(backends.documents.get(policy.namespace, name)?.id ?? '');
      if (provider === undefined) continue;
      const owner = owners.get(provider);
      if (owner === undefined) {
        owners.set(provider, policy);
        limits.set(provider, buildQuotas(policy, provider, rules, context));
      } else if (owner !== policy) {
        const message = `${owner.id} is for the same AIServiceBackend`;
        context.reject(policy, `spec.targetRefs[${index}]`, message, 'put both into one document', 'Conflicted');
      }
    }
  }
  return limits;
}

/**
 * Quotas of a backend as limits, where the two mean the same: where everything that may reach the backend, or the model
 * there, reaches nothing else. The others are said.
 */
function buildQuotas(
  policy: QuotaDocument,
  backend: Provider,
  rules: readonly QuotaRule[],
  context: BuildContext,
): readonly Limit[] {
  const concerned = rules.filter(({ refs }) => refs.some(({ provider }) => provider === backend));
  const limits: Limit[] = [];
  const take = (path: string, built: BuiltLimit | undefined): void => {
    if (built === undefined) return;
    if ('limit' in built) limits.push(built.limit);
    else {
      if (built.unkept !== undefined) limits.push(built.unkept);
      sayRefused(policy, `${path}${built.path}`, built, context);
    }
  };
  take('spec.serviceQuota', serviceLimit(policy, backend, concerned));
  for (const [index, quota] of policy.spec.perModelQuotas.entries()) {
    const path = `spec.perModelQuotas[${index}]`;
    const leading = concerned.filter(({ refs }) => refs.some((ref) => leadsTo(ref, backend, quota.modelName)));
    if (leading.length > 0) {
      const matches = leading.flatMap(({ rule }) => ruleMatches(rule.matches));
      for (const [at, { clientSelectors }] of quota.quota.bucketRules.entries()) {
        warnOfIdleSelectors(policy, `${path}.quota.bucketRules[${at}]`, clientSelectors, matches, context);
      }
      take(path, modelLimit(policy, backend, quota, leading, matches));
    } else {
      const message = `"${quota.modelName}" is no modelNameOverride with which a rule leads to ${backend.name}`;
      context.warn(policy, `${path}.modelName`, message, 'check the name; the quota is for nothing', 'TargetNotFound');
    }
  }
  return limits;
}

function serviceLimit(policy: QuotaDocument, backend: Provider, rules: readonly QuotaRule[]): BuiltLimit | undefined {
  const { quota, costExpression } = policy.spec.serviceQuota ?? {};
  if (quota === undefined) return undefined;
  if (!rules.every(({ refs }) => refs.every(({ provider }) => provider === backend))) {
    return { path: '', refusal: severalBackends };
  }
  return limitOf(policy, backend, { ...quota, costExpression, models: [], clientSelectors: [], suffix: '', path: '' });
}

function modelLimit(
  policy: QuotaDocument,
  backend: Provider,
  { modelName, quota }: ModelQuota,
  leading: readonly QuotaRule[],
  matches: readonly RuleMatch[],
): BuiltLimit | undefined {
  if (!leading.every(({ refs }) => refs.every((ref) => leadsTo(ref, backend, modelName)))) {
    return { path: '', refusal: severalBackends };
  }
  if (!matches.every(({ models, modelPatterns }) => models.length > 0 && modelPatterns.length === 0)) {
    return { path: '.modelName', refusal: 'a rule that leads there does not name its models exactly' };
  }
  const general = quota.defaultBucket && { quota: quota.defaultBucket, clientSelectors: [], shadowMode: false };
  const [bucket, ...more] = [...(general ? [general] : []), ...quota.bucketRules];
  if (bucket === undefined) return undefined;
  if (more.length > 0)
    return { path: '.quota', refusal: 'of several buckets any would do, but each limit must be kept' };
  if (bucket.shadowMode) {
    return { path: '.quota.bucketRules[0].shadowMode', refusal: 'limits that refuse nothing are not kept' };
  }
  return limitOf(policy, backend, {
    ...bucket.quota,
    costExpression: quota.costExpression,
    models: [...new Set(matches.flatMap(({ models }) => models))].sort(),
    clientSelectors: bucket.clientSelectors,
    suffix: `/${modelName}`,
    path: '.quota',
  });
}

interface Counted {
  readonly limit: number;
  readonly duration: number;
  readonly costExpression: string | undefined;
  readonly models: readonly string[];
  readonly clientSelectors: readonly ClientSelector[];
  readonly suffix: string;
  /** Where the expression stands, within what it is for. */
  readonly path: string;
}

function limitOf(policy: QuotaDocument, backend: Provider, counted: Counted): BuiltLimit | undefined {
  const inRule = '.quota.bucketRules[0]';
  const callers = callersOf(counted.clientSelectors);
  if (callers === 'nobody') return { ...forNobody, path: inRule };
  const models = counted.models.filter((model) => callers.models.length === 0 || callers.models.includes(model));
  // In a scope no model means every one.
  if (models.length === 0 && callers.models.length > 0) return undefined;
  const whom = {
    ...limitDefaults,
    name: `${policy.id}/${backend.name}${counted.suffix}`,
    scope: { ...everybody, models, providers: [backend.name], headers: callers.headers },
  };
  const origins = [policy.id];
  const refused = { ...whom, ...unkept, origins };
  if (callers.refusal !== undefined) return { ...callers.refusal, path: inRule, unkept: refused };
  const cost = countedCost({ type: 'CEL', cel: counted.costExpression ?? 'total_tokens' });
  if ('refusal' in cost) {
    return { path: `${counted.path}.costExpression`, refusal: cost.refusal, unkept: refused };
  }
  const window = { kind: 'rolling', lengthMs: counted.duration } as const;
  return { limit: { ...whom, per: callers.per, ...cost, amount: counted.limit, window, origins } };
}

function leadsTo({ ref, provider }: ResolvedRef, backend: Provider, model: string): boolean {
  return provider === backend && ref.modelNameOverride === model;
}
