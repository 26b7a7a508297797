import type { Random } from '../../../lib/testing/random.ts';

export type Manifest = { readonly kind: string } & Readonly<Record<string, unknown>>;

const ai = 'aigateway.envoyproxy.io/v1beta1';
const gatewayApi = 'gateway.networking.k8s.io/v1';
const envoyGateway = 'gateway.envoyproxy.io/v1alpha1';
const aiGroup = 'aigateway.envoyproxy.io';
const gatewayGroup = 'gateway.networking.k8s.io';
export const namespaces = ['default', 'team'] as const;

/** One of a few objects of each kind, in one of a few versions: so they meet, miss and contradict each other. */
export function someManifest(random: Random): Manifest {
  const namespace = random.pick(namespaces);
  const other = random.pick(namespaces);
  const name = `x${random.below(3)}`;
  const target = `x${random.below(3)}`;
  const metadata = { name, namespace };
  const aiBackend = { group: aiGroup, kind: 'AIServiceBackend', name: target };
  const route = random.pick<object>([
    { group: aiGroup, kind: 'AIGatewayRoute', name: target },
    { group: gatewayGroup, kind: 'HTTPRoute', name: target },
    { group: gatewayGroup, kind: 'Gateway', name: target },
  ]);
  switch (random.below(14)) {
    case 0: {
      const chosen = { from: 'Selector', selector: { matchLabels: { open: 'yes' } } };
      const allowedRoutes = { namespaces: random.pick<object>([{ from: 'All' }, { from: 'Same' }, chosen, chosen]) };
      const hostname = random.pick(['*.example.com', 'a.example.com']);
      const listeners = [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes },
        { name: 'more', port: random.pick([80, 81]), protocol: 'HTTP', hostname, allowedRoutes },
      ];
      const annotations = { 'aigateway.envoyproxy.io/gateway-config': 'x0' };
      const spec = { gatewayClassName: 'sluice-egress', listeners };
      return { apiVersion: gatewayApi, kind: 'Gateway', metadata: { ...metadata, annotations }, spec };
    }
    case 1: {
      const globalLLMRequestCosts = [{ metadataKey: 'tokens', type: random.pick(['TotalToken', 'OutputToken']) }];
      return {
        apiVersion: ai,
        kind: 'GatewayConfig',
        metadata: { name: 'x0', namespace },
        spec: { globalLLMRequestCosts },
      };
    }
    case 2: {
      const endpoints = [{ fqdn: { hostname: random.pick(['a.test', 'b.test']), port: 8080 } }];
      return { apiVersion: envoyGateway, kind: 'Backend', metadata, spec: { endpoints } };
    }
    case 3: {
      const schema = { name: random.pick(['OpenAI', 'Anthropic', 'Cohere']) };
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
      const limit = { requests: 1 + random.below(2), unit: 'Hour' };
      const rule = { clientSelectors: [{ headers: [{ name: 'x-user', type: 'Distinct' }] }], limit, cost };
      const spec = {
        ...random.pick<object>([
          { targetRefs: [route] },
          { targetSelectors: [{ group: aiGroup, kind: 'AIGatewayRoute', matchLabels: { team: 'a' } }] },
        ]),
        ...random.pick<object>([{}, { retry: { numRetries: random.below(3) } }]),
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
      const spec = { name: `model-${random.below(3)}`, targets: [{ provider: 'own' }] };
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
      const spec = { targetRefs: [aiBackend], serviceQuota: { quota: { limit: 1 + random.below(3), duration: '1h' } } };
      return { apiVersion: 'aigateway.envoyproxy.io/v1alpha1', kind: 'QuotaPolicy', metadata, spec };
    }
    case 11: {
      const price = { model: `model-${random.below(3)}`, pricing: { input: 1 + random.below(2) } };
      const prices = [
        random.pick<object>([price, { ...price, provider: 'own' }, { ...price, provider: 'default/x0' }]),
      ];
      return { apiVersion: 'sluice.dev/v1alpha1', kind: 'PriceCatalogue', metadata, spec: { prices } };
    }
    default: {
      const model = { type: 'Exact', name: 'x-ai-eg-model', value: `model-${random.below(4)}` };
      const spec = {
        parentRefs: [
          {
            name: target,
            namespace: other,
            ...random.pick<object>([{}, { sectionName: random.pick(['http', 'more', 'none']) }]),
          },
        ],
        ...random.pick<object>([{}, { hostnames: [random.pick(['a.example.com', 'c.example.com'])] }]),
        rules: [
          {
            matches: [{ headers: [model] }],
            backendRefs: [
              { name: `x${random.below(3)}`, ...random.pick<object>([{}, { namespace: other }]) },
              { name: `x${random.below(3)}`, weight: random.below(2) },
            ],
          },
        ],
      };
      const labels = random.pick([{}, { team: 'a' }]);
      return { apiVersion: ai, kind: 'AIGatewayRoute', metadata: { ...metadata, labels }, spec };
    }
  }
}
