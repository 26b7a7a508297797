import type { PolicyDocument } from '../../../policy/document.ts';
import type { Targets } from '../../../policy/envoy-gateway/policy-targets.ts';
import type { BuildContext } from '../context.ts';
import { ofKind } from '../of-kind.ts';

type Targeting = Extract<PolicyDocument, { readonly spec: Targets }>;

/** The places in a policy that name AIGatewayRoutes, also by the HTTPRoutes that others make of them. */
export function aiRouteTargets(policy: Targeting, documents: readonly PolicyDocument[]): readonly string[] {
  const has = (kind: PolicyDocument['kind'], name: string): boolean =>
    documents.some((one) => one.kind === kind && one.namespace === policy.namespace && one.name === name);
  const { targetRefs, targetSelectors } = policy.spec;
  return [
    ...targetRefs.flatMap(({ kind, name }, index) => {
      const isAi = kind === 'AIGatewayRoute' || (kind === 'HTTPRoute' && !has('HTTPRoute', name));
      return isAi && has('AIGatewayRoute', name) ? [`spec.targetRefs[${index}]`] : [];
    }),
    ...targetSelectors.flatMap(({ kind }, index) =>
      kind === 'AIGatewayRoute' ? [`spec.targetSelectors[${index}]`] : [],
    ),
  ];
}

/** Envoy meets its filters before anybody has read which model a request is for. */
export function refuseAiRoutes(documents: readonly PolicyDocument[], context: BuildContext): void {
  for (const policy of ofKind(documents, 'EnvoyExtensionPolicy')) {
    for (const path of aiRouteTargets(policy, documents)) {
      const message =
        'is an AIGatewayRoute, whose requests are refused: filters run before anybody knows which model is asked for';
      const remedy = 'attach the policy to the Gateway, or to a listener that only this route has';
      context.reject(policy, path, message, remedy, 'UnsupportedValue');
    }
  }
}
