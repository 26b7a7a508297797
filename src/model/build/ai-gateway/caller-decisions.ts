import type { AiRule } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import { type Decision, decided } from '../../decision.ts';
import type { AttachedPolicies, GatewayPlace } from '../attached-policies.ts';
import type { AiRouteDocument, SecurityDocument } from '../documents.ts';
import { type LeveledPolicy, mergePolicies } from '../policy-levels.ts';
import { keysText, tokensText } from './caller-texts.ts';
import { saidOf } from './rule-policy.ts';
import { exactModels, guardedRules } from './security.ts';

/** Whose keys and tokens count for a rule, as far as its route or itself have policies. The rest is the listener's. */
export function callerDecisions(
  document: AiRouteDocument,
  rule: AiRule,
  place: GatewayPlace,
  security: AttachedPolicies<SecurityDocument>,
): readonly Decision[] {
  const policies = security.at(place).filter(({ level }) => level === 'route' || level === 'rule');
  if (policies.length === 0) return [];
  const { said } = mergeCallers(policies);
  // Whose rules cannot be told apart by their models guards nothing, which its status says.
  const isGuarded = [...guardedRules(document, security).values()].some(
    (rules) => rules.includes(rule) && exactModels(rules) !== undefined,
  );
  return [
    ...decided('keys', saidOf(isGuarded ? said.keys : [], 'apiKeyAuth', keysText)),
    ...decided('tokens', saidOf(said.tokens, 'jwt', tokensText)),
  ];
}

type CallerFields = {
  readonly keys: NonNullable<SecurityDocument['spec']['apiKeyAuth']>;
  readonly tokens: NonNullable<SecurityDocument['spec']['jwt']>;
};

function mergeCallers(policies: readonly LeveledPolicy<SecurityDocument>[]) {
  return mergePolicies<CallerFields>(
    policies.map(({ level, origin, spec: { spec } }) => ({
      level,
      origin,
      spec: {
        ...(spec.apiKeyAuth && { keys: spec.apiKeyAuth }),
        ...(spec.jwt && { tokens: spec.jwt }),
      } as CallerFields,
    })),
  );
}
