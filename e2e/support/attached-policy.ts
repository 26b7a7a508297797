export interface PolicyTarget {
  readonly kind: 'Gateway' | 'HTTPRoute' | 'AIGatewayRoute';
  readonly name: string;
  /** A listener of the Gateway, or a rule of the route. */
  readonly sectionName?: string;
}

/** A policy of Envoy Gateway for what this names. */
export function attachedPolicy(
  kind: 'SecurityPolicy' | 'BackendTrafficPolicy' | 'EnvoyExtensionPolicy',
  name: string,
  target: PolicyTarget,
  spec: Readonly<Record<string, unknown>>,
): string {
  const group = target.kind === 'AIGatewayRoute' ? 'aigateway.envoyproxy.io' : 'gateway.networking.k8s.io';
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: ${JSON.stringify({ targetRefs: [{ group, ...target }], ...spec })}
`;
}
