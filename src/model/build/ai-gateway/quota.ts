import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { WindowUnit } from '../../../policy/envoy-gateway/rate-limit.ts';
import type { Limit } from '../../limit.ts';
import type { Provider } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import type { QuotaDocument } from '../documents.ts';
import { takenTarget } from '../older-first.ts';
import type { BuiltBackends } from './backends.ts';
import { countedCost } from './cost.ts';
import { warnOfIdleSelectors } from './idle-selectors.ts';
import { type BuiltLimit, callersOf, enforcementOf, everybody, forNobody, limitDefaults, unkept } from './limit.ts';
import { type RuleMatch, ruleMatches } from './match.ts';
import { bucketsOf, refuseOverlap } from './quota-buckets.ts';
import { sayRefused } from './refused-limit.ts';
import type { ResolvedRef } from './targets.ts';
import { windows } from './windows.ts';

/** A rule on this gateway, and where it leads. */
export interface QuotaRule {
  readonly rule: AiRule;
  readonly refs: readonly ResolvedRef[];
}

type ModelQuota = QuotaDocument['spec']['perModelQuotas'][number];

const severalBackends = 'a request is counted before it is known who answers it, and here others may';

/**
 * By the provider that they are for. Several policies may speak of one backend, each of models of its own. One that speaks
 * of what an older one does, of one model or of the whole backend, is not in force there.
 */
export function buildAllQuotas(
  policies: readonly QuotaDocument[],
  backends: BuiltBackends,
  rules: readonly QuotaRule[],
  context: BuildContext,
): ReadonlyMap<Provider, readonly Limit[]> {
  const owners = new Map<Provider, Map<string, QuotaDocument>>();
  const limits = new Map<Provider, readonly Limit[]>();
  for (const policy of policies) {
    const parts = partsOf(policy);
    for (const [index, { name }] of policy.spec.targetRefs.entries()) {
      const provider = backends.providers.get(backends.documents.get(policy.namespace, name)?.id ?? '');
      if (provider === undefined) continue;
      const taken = owners.get(provider) ?? new Map<string, QuotaDocument>();
      owners.set(provider, taken);
      const part = parts.find((each) => taken.has(each));
      const owner = part === undefined ? undefined : taken.get(part);
      // The same target, named twice.
      if (owner === policy) continue;
      if (owner !== undefined) {
        const message = takenTarget(owner, policy, `${part} of the AIServiceBackend`);
        context.reject(policy, `spec.targetRefs[${index}]`, message, 'put both into one document', 'Conflicted');
        continue;
      }
      for (const each of parts) taken.set(each, policy);
      limits.set(provider, [...(limits.get(provider) ?? []), ...buildQuotas(policy, provider, rules, context)]);
    }
  }
  return limits;
}

function partsOf({ spec }: QuotaDocument): readonly string[] {
  const models = spec.perModelQuotas.map(({ modelName }) => `model ${modelName}`);
  return spec.serviceQuota === undefined ? models : ['serviceQuota', ...models];
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
  if (policy.spec.serviceQuota !== undefined && concerned.length === 0) {
    const message = `no rule leads to ${backend.name}`;
    context.warn(policy, 'spec.serviceQuota', message, 'check the target; the quota is for nothing', 'TargetNotFound');
  }
  take('spec.serviceQuota', serviceLimit(policy, backend, concerned));
  for (const [index, quota] of policy.spec.perModelQuotas.entries()) {
    const path = `spec.perModelQuotas[${index}]`;
    const ways = concerned.flatMap((rule) => waysTo(rule, backend, quota.modelName));
    if (ways.length > 0) {
      const matches = ways.map(({ match }) => match);
      for (const [at, { clientSelectors }] of quota.quota.bucketRules.entries()) {
        warnOfIdleSelectors(policy, `${path}.quota.bucketRules[${at}]`, clientSelectors, matches, context);
      }
      for (const built of modelLimits(policy, backend, quota, ways)) take(path, built);
    } else {
      const message = `"${quota.modelName}" is no model with whose name a rule leads to ${backend.name}`;
      context.warn(policy, `${path}.modelName`, message, 'check the name; the quota is for nothing', 'TargetNotFound');
    }
  }
  return limits;
}

const forAll = { models: [], clientSelectors: [], shadowMode: false, suffix: '', path: '', inBucket: '' } as const;

function serviceLimit(policy: QuotaDocument, backend: Provider, rules: readonly QuotaRule[]): BuiltLimit | undefined {
  const { quota, costExpression } = policy.spec.serviceQuota ?? {};
  if (quota === undefined) return undefined;
  if (!rules.every(({ refs }) => refs.every(({ provider }) => provider === backend))) {
    return { path: '', refusal: severalBackends };
  }
  return limitOf(policy, backend, { ...quota, costExpression, ...forAll });
}

function modelLimits(
  policy: QuotaDocument,
  backend: Provider,
  { modelName, quota }: ModelQuota,
  ways: readonly WayToModel[],
): readonly (BuiltLimit | undefined)[] {
  if (ways.some(({ isOnlyOne }) => !isOnlyOne)) return [{ path: '', refusal: severalBackends }];
  const models = ways.flatMap(({ match }) => match.models);
  if (!ways.every(({ match }) => match.models.length > 0 && match.modelPatterns.length === 0)) {
    return [{ path: '.modelName', refusal: 'a rule that leads there does not name its models exactly' }];
  }
  const buckets = bucketsOf(quota);
  const overlap = refuseOverlap(buckets);
  if (overlap !== undefined) return [overlap];
  const counted = { costExpression: quota.costExpression, models: [...new Set(models)].sort(), path: '.quota' };
  return buckets.map(({ quota: amount, clientSelectors, shadowMode, path }, index) => {
    // The first one has the plain name, so that its counter stays when another is added.
    const suffix = index === 0 ? `/${modelName}` : `/${modelName}/${index}`;
    return limitOf(policy, backend, { ...amount, ...counted, clientSelectors, shadowMode, suffix, inBucket: path });
  });
}

interface Counted {
  readonly limit: number;
  readonly duration: WindowUnit;
  readonly costExpression: string | undefined;
  readonly models: readonly string[];
  readonly clientSelectors: readonly ClientSelector[];
  readonly shadowMode: boolean;
  readonly suffix: string;
  /** Where the expression stands, within what it is for; and where the selectors do. */
  readonly path: string;
  readonly inBucket: string;
}

function limitOf(policy: QuotaDocument, backend: Provider, counted: Counted): BuiltLimit | undefined {
  const callers = callersOf(counted.clientSelectors);
  if (callers === 'nobody') return { ...forNobody, path: counted.inBucket };
  const models = counted.models.filter((model) => callers.models.length === 0 || callers.models.includes(model));
  // In a scope no model means every one.
  if (models.length === 0 && callers.models.length > 0) return undefined;
  const whom = {
    ...limitDefaults,
    enforce: enforcementOf(counted),
    name: `${policy.id}/${backend.name}${counted.suffix}`,
    scope: { ...everybody, models, providers: [backend.name], headers: callers.headers },
  };
  const origins = [policy.id];
  const closing = counted.shadowMode ? {} : { unkept: { ...whom, ...unkept, origins } };
  if (callers.refusal !== undefined) return { ...callers.refusal, path: counted.inBucket, ...closing };
  const cost = countedCost({ type: 'CEL', cel: counted.costExpression ?? 'total_tokens' });
  if ('refusal' in cost) {
    return { path: `${counted.path}.costExpression`, refusal: cost.refusal, ...closing };
  }
  const window = windows[counted.duration];
  return { limit: { ...whom, per: callers.per, ...cost, amount: counted.limit, window, origins } };
}

/** Requests that may reach a model of a backend. */
interface WayToModel {
  readonly match: RuleMatch;
  /** They reach nothing else. */
  readonly isOnlyOne: boolean;
}

/** By the name that the model has there: what a reference puts in its place, or else as callers name it. */
function waysTo({ rule, refs }: QuotaRule, backend: Provider, modelName: string): readonly WayToModel[] {
  return ruleMatches(rule.matches).flatMap((match): readonly WayToModel[] => {
    const named = (model: string | undefined, { ref, provider }: ResolvedRef): boolean =>
      provider === backend && (ref.modelNameOverride ?? model) === modelName;
    const way = (model: string | undefined, its: RuleMatch): readonly WayToModel[] => {
      const isOnlyOne = refs.every((ref) => named(model, ref));
      return refs.some((ref) => named(model, ref)) ? [{ match: its, isOnlyOne }] : [];
    };
    const exact = (model: string) => way(model, { ...match, models: [model], modelPatterns: [] });
    const ways = match.models.flatMap(exact);
    if (match.models.length > 0 && match.modelPatterns.length === 0) return ways;
    // Whatever callers name is called so there, or else what they name is only called so if it is this name.
    const others = way(undefined, { ...match, models: [] });
    return [...ways, ...(others.length > 0 ? others : exact(modelName))];
  });
}
