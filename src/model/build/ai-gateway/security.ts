import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import type { Said } from '../../decision.ts';
import type { ApiKey } from '../../key.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';
import type { AiRouteDocument, SecurityDocument } from '../documents.ts';
import { modelCors } from '../envoy-gateway/listener-cors.ts';
import { corsText } from '../envoy-gateway/service-cors.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import { keysText } from './caller-texts.ts';
import { type ClientKey, clientKeys, refuseOtherPlaces } from './keys.ts';
import { ruleMatches } from './match.ts';

/** Who may call a gateway, as far as SecurityPolicies say it. */
export interface GatewayCallers {
  readonly keys: readonly ApiKey[];
  /** Origins of pages that may call; absent: nothing is said. */
  readonly allowOrigins?: readonly string[];
  /** What the policy for the Gateway says of both. */
  readonly said: { readonly keys: readonly Said[]; readonly cors: readonly Said[] };
}

/**
 * Callers of one gateway. A policy for the Gateway lets its clients use every model but those of routes, and of
 * rules, that have a policy of their own, whose clients may use those models and nothing else. `taken` says whose a key is already.
 */
export function buildCallers(
  gateway: GatewayLike | undefined,
  routes: readonly AiRouteDocument[],
  security: AttachedPolicies<SecurityDocument>,
  taken: ReadonlyMap<string, string>,
  context: BuildContext,
): GatewayCallers {
  const general = gateway && security.of({ kind: 'Gateway', namespace: gateway.namespace, name: gateway.name });
  const guarded = routes.flatMap((route) => guardedParts(route, security, context));
  const keys = new Map<string, ApiKey>();
  const add = (policy: SecurityDocument, key: ClientKey, models: Pick<ApiKey, 'allowModels' | 'denyModels'>): void => {
    const owner = taken.get(key.sha256);
    if (owner !== undefined) {
      const message = `holds the same key for "${key.client}" as ${owner}`;
      context.reject(policy, 'spec.apiKeyAuth.credentialRefs', message, 'give each its own', 'Conflicted');
      return;
    }
    const known = keys.get(key.sha256);
    keys.set(key.sha256, known === undefined ? keyOf(policy, key, models) : joined(known, policy, models));
  };
  const others = [...new Set(guarded.flatMap(({ models }) => models))].sort();
  if (general !== undefined) {
    refuseOtherPlaces(general, context);
    for (const key of clientKeys(general, context)) add(general, key, { allowModels: [], denyModels: others });
  }
  for (const { policy, models } of guarded) {
    if (models.length === 0) continue;
    refuseOtherPlaces(policy, context);
    for (const key of clientKeys(policy, context)) add(policy, key, { allowModels: models, denyModels: [] });
  }
  const allowOrigins = general && modelCors(general, context)?.allowOrigins;
  return { keys: [...keys.values()], ...(allowOrigins && { allowOrigins }), said: general ? saidBy(general) : nothing };
}

const nothing = { keys: [], cors: [] };

function saidBy({ id, spec: { apiKeyAuth, cors } }: SecurityDocument): GatewayCallers['said'] {
  const by = { origin: id, level: 'gateway' } as const;
  return {
    keys: apiKeyAuth ? [{ ...by, path: 'apiKeyAuth', value: keysText(apiKeyAuth) }] : [],
    cors: cors ? [{ ...by, path: 'cors', value: corsText(cors) }] : [],
  };
}

interface GuardedPart {
  readonly policy: SecurityDocument;
  readonly models: readonly string[];
}

/** Rules that have a policy of their own, and the rest of the route if it has one. */
function guardedParts(
  route: AiRouteDocument,
  security: AttachedPolicies<SecurityDocument>,
  context: BuildContext,
): readonly GuardedPart[] {
  return [...guardedRules(route, security)].map(([policy, rules]) => {
    const models = exactModels(rules);
    if (models !== undefined) return { policy, models };
    const message = `AIGatewayRoute "${route.name}" has rules without exact model names, so its callers cannot be told apart`;
    const remedy = 'attach it to the Gateway, or name the models';
    context.reject(policy, 'spec.apiKeyAuth', message, remedy, 'UnsupportedValue');
    return { policy, models: [] };
  });
}

/** By the policy whose keys count for them; the closest one that says keys. */
export function guardedRules(
  route: AiRouteDocument,
  security: AttachedPolicies<SecurityDocument>,
): ReadonlyMap<SecurityDocument, readonly AiRule[]> {
  const subject = { kind: 'route', namespace: route.namespace, name: route.name } as const;
  const rules = new Map<SecurityDocument, AiRule[]>();
  const ofRoute = security.of(subject);
  for (const rule of route.spec.rules) {
    const own = rule.name === undefined ? undefined : security.of(subject, rule.name);
    const policy = own?.spec.apiKeyAuth === undefined ? ofRoute : own;
    if (policy?.spec.apiKeyAuth !== undefined) getOrCreate(rules, policy, () => []).push(rule);
  }
  return rules;
}

/** Names by which the models of the rules are called; nothing where they cannot be told apart by name. */
export function exactModels(rules: readonly AiRule[]): readonly string[] | undefined {
  const matches = rules.flatMap((rule) => ruleMatches(rule.matches));
  const isNamed = matches.every(({ models, modelPatterns }) => models.length > 0 && modelPatterns.length === 0);
  return isNamed ? [...new Set(matches.flatMap(({ models }) => models))].sort() : undefined;
}

function keyOf(
  policy: SecurityDocument,
  { name, client, sha256 }: ClientKey,
  models: Pick<ApiKey, 'allowModels' | 'denyModels'>,
): ApiKey {
  return {
    name,
    sha256,
    user: client,
    team: '',
    project: '',
    labels: [],
    ...models,
    isEnabled: true,
    credentials: [],
    origins: [policy.id],
  };
}

/** The same client of several policies. Whoever has everything but a few may have these by the other policy. */
function joined(known: ApiKey, policy: SecurityDocument, models: Pick<ApiKey, 'allowModels' | 'denyModels'>): ApiKey {
  const isForAll = known.allowModels.length === 0 || models.allowModels.length === 0;
  return {
    ...known,
    allowModels: isForAll ? [] : [...new Set([...known.allowModels, ...models.allowModels])].sort(),
    denyModels: known.denyModels.filter((model) => !models.allowModels.includes(model)),
    origins: [...new Set([...known.origins, policy.id])],
  };
}
