export type Manifest = { readonly kind: string } & Readonly<Record<string, unknown>>;

const ai = 'aigateway.envoyproxy.io/v1beta1';
const gatewayApi = 'gateway.networking.k8s.io/v1';
const envoyGateway = 'gateway.envoyproxy.io/v1alpha1';
const aiGroup = 'aigateway.envoyproxy.io';
const gatewayGroup = 'gateway.networking.k8s.io';
export const namespaces = ['default', 'team'] as const;

/** Repeatable: every failure comes back with its seed. */
export function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
}

export type Random = ReturnType<typeof randomFrom>;

export function oneOf<T>(random: Random, ...values: readonly [T, ...T[]]): T {
  return values[random(values.length)] ?? values[0];
}

/** One of a few objects of each kind, in one of a few versions: so they meet, miss and contradict each other. */
export function someManifest(random: Random): Manifest {
  const namespace = oneOf(random, ...namespaces);
  const other = oneOf(random, ...namespaces);
  const name = `x${random(3)}`;
  const target = `x${random(3)}`;
  const metadata = { name, namespace };
  const aiBackend = { group: aiGroup, kind: 'AIServiceBackend', name: target };
  const route = oneOf<object>(
    random,
    { group: aiGroup, kind: 'AIGatewayRoute', name: target },
    { group: gatewayGroup, kind: 'HTTPRoute', name: target },
    { group: gatewayGroup, kind: 'Gateway', name: target },
  );
  switch (random(14)) {
    case 0: {
      const chosen = { from: 'Selector', selector: { matchLabels: { open: 'yes' } } };
      const allowedRoutes = { namespaces: oneOf<object>(random, { from: 'All' }, { from: 'Same' }, chosen, chosen) };
      const hostname = oneOf(random, '*.example.com', 'a.example.com');
      const listeners = [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes },
        { name: 'more', port: oneOf(random, 80, 81), protocol: 'HTTP', hostname, allowedRoutes },
      ];
      const annotations = { 'aigateway.envoyproxy.io/gateway-config': 'x0' };
      const spec = { gatewayClassName: 'sluice-egress', listeners };
      return { apiVersion: gatewayApi, kind: 'Gateway', metadata: { ...metadata, annotations }, spec };
    }
    case 1: {
      const globalLLMRequestCosts = [{ metadataKey: 'tokens', type: oneOf(random, 'TotalToken', 'OutputToken') }];
      return {
        apiVersion: ai,
        kind: 'GatewayConfig',
        metadata: { name: 'x0', namespace },
        spec: { globalLLMRequestCosts },
      };
    }
    case 2: {
      const endpoints = [{ fqdn: { hostname: oneOf(random, 'a.test', 'b.test'), port: 8080 } }];
      return { apiVersion: envoyGateway, kind: 'Backend', metadata, spec: { endpoints } };
    }
    case 3: {
      const schema = { name: oneOf(random, 'OpenAI', 'Anthropic', 'Cohere') };
      const backendRef = { group: 'gateway.envoyproxy.io', kind: 'Backend', name: target };
      return { apiVersion: ai, kind: 'AIServiceBackend', metadata, spec: { schema, backendRef } };
    }
    case 4: {
      const spec = { type: 'APIKey', targetRefs: [aiBackend], apiKey: { secretRef: { name: target } } };
      return { apiVersion: ai, kind: 'BackendSecurityPolicy', metadata, spec };
    }
    case 5: {
      const metadataCost = { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: 'tokens' } };
      const cost = { request: { from: 'Number', number: 0 }, response: metadataCost };
      const limit = { requests: 1 + random(2), unit: 'Hour' };
      const rule = { clientSelectors: [{ headers: [{ name: 'x-user', type: 'Distinct' }] }], limit, cost };
      const spec = {
        ...oneOf<object>(
          random,
          { targetRefs: [route] },
          { targetSelectors: [{ group: aiGroup, kind: 'AIGatewayRoute', matchLabels: { team: 'a' } }] },
        ),
        ...oneOf<object>(random, {}, { retry: { numRetries: random(3) } }),
        rateLimit: { type: 'Global', global: { rules: [rule] } },
      };
      return {
        apiVersion: envoyGateway,
        kind: 'BackendTrafficPolicy',
        metadata,
        spec: JSON.parse(JSON.stringify(spec)),
      };
    }
    case 6: {
      const extractFrom = [{ headers: ['authorization'] }];
      const spec = { targetRefs: [route], apiKeyAuth: { credentialRefs: [{ name: target }], extractFrom } };
      return { apiVersion: envoyGateway, kind: 'SecurityPolicy', metadata, spec };
    }
    case 7: {
      const from = [{ group: aiGroup, kind: 'AIGatewayRoute', namespace: other }];
      const to = [{ group: aiGroup, kind: 'AIServiceBackend' }];
      return { apiVersion: 'gateway.networking.k8s.io/v1beta1', kind: 'ReferenceGrant', metadata, spec: { from, to } };
    }
    case 8: {
      const spec = { name: `model-${random(3)}`, targets: [{ provider: 'own' }] };
      return { apiVersion: 'sluice.dev/v1alpha1', kind: 'Model', metadata, spec };
    }
    case 9: {
      const spec = { schema: 'openai', credential: { none: {} } };
      return {
        apiVersion: 'sluice.dev/v1alpha1',
        kind: 'Provider',
        metadata: { name: 'own', namespace: 'default' },
        spec,
      };
    }
    case 10: {
      const spec = { targetRefs: [aiBackend], serviceQuota: { quota: { limit: 1 + random(3), duration: '1h' } } };
      return { apiVersion: 'aigateway.envoyproxy.io/v1alpha1', kind: 'QuotaPolicy', metadata, spec };
    }
    case 11: {
      const price = { model: `model-${random(3)}`, pricing: { input: 1 + random(2) } };
      const prices = [
        oneOf<object>(random, price, { ...price, provider: 'own' }, { ...price, provider: 'default/x0' }),
      ];
      return { apiVersion: 'sluice.dev/v1alpha1', kind: 'PriceCatalogue', metadata, spec: { prices } };
    }
    default: {
      const model = { type: 'Exact', name: 'x-ai-eg-model', value: `model-${random(4)}` };
      const spec = {
        parentRefs: [
          {
            name: target,
            namespace: other,
            ...oneOf<object>(random, {}, { sectionName: oneOf(random, 'http', 'more', 'none') }),
          },
        ],
        ...oneOf<object>(random, {}, { hostnames: [oneOf(random, 'a.example.com', 'c.example.com')] }),
        rules: [
          {
            matches: [{ headers: [model] }],
            backendRefs: [
              { name: `x${random(3)}`, ...oneOf<object>(random, {}, { namespace: other }) },
              { name: `x${random(3)}`, weight: random(2) },
            ],
          },
        ],
      };
      const labels = oneOf(random, {}, { team: 'a' });
      return { apiVersion: ai, kind: 'AIGatewayRoute', metadata: { ...metadata, labels }, spec };
    }
  }
}
