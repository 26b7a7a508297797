import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const group = 'gateway.networking.k8s.io';
const onListener = (sectionName: string) => ({ group, kind: 'Gateway', name: 'edge', sectionName });
const requests = (most: number) => ({
  type: 'Global',
  global: { rules: [{ limit: { requests: most, unit: 'Minute' } }] },
});

function policy(kind: string, name: string, target: object, spec: object): object {
  return {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind,
    metadata: { name },
    spec: { targetRefs: [target], ...spec },
  };
}

const traffic = (name: string, target: object, spec: object) => policy('BackendTrafficPolicy', name, target, spec);
const within = (requestTimeout: string) => ({ timeout: { http: { requestTimeout } } });

const gateway = {
  apiVersion: `${group}/v1`,
  kind: 'Gateway',
  metadata: { name: 'edge' },
  spec: { listeners: ['a', 'b', 'c'].map((name, index) => ({ name, port: 8080 + index, protocol: 'HTTP' })) },
};
const backend = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'Backend',
  metadata: { name: 'vllm' },
  spec: { endpoints: [{ ip: { address: '10.0.0.1', port: 8000 } }] },
};
const backendRef = { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'vllm' };
const provider = {
  apiVersion: 'aigateway.envoyproxy.io/v1beta1',
  kind: 'AIServiceBackend',
  metadata: { name: 'vllm' },
  spec: { schema: { name: 'OpenAI' }, backendRef },
};
const chat = {
  apiVersion: 'aigateway.envoyproxy.io/v1beta1',
  kind: 'AIGatewayRoute',
  metadata: { name: 'chat' },
  spec: {
    parentRefs: [{ name: 'edge' }],
    rules: [
      {
        name: 'first',
        matches: [{ headers: [{ name: 'x-ai-eg-model', value: 'small' }] }],
        backendRefs: [{ name: 'vllm' }],
      },
    ],
  },
};
const shop = {
  apiVersion: `${group}/v1`,
  kind: 'HTTPRoute',
  metadata: { name: 'shop' },
  spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [backendRef] }] },
};

function build(...policies: readonly object[]) {
  const all = [gateway, backend, provider, chat, shop, ...policies];
  const { documents, problems: wrong } = parseDocuments(
    all.map((one) => `---\n${JSON.stringify(one)}\n`).join(''),
    'policy.yaml',
    '.',
  );
  expect(wrong).toEqual([]);
  const [model] = buildModel(documents, secretsOnly()).gateways;
  if (model === undefined) throw new Error('there is no gateway');
  const profiles = new Map(model.profiles.map((profile) => [profile.name, profile]));
  return {
    routes: model.routes.map(({ id, name, match, profile }) => ({
      id,
      name,
      listeners: match.listeners,
      requestMs: profiles.get(profile)?.requestTimeoutMs,
    })),
    services: model.services.routes.map(({ id, listeners, action, cors }) => ({
      id,
      listeners,
      requestMs: action.kind === 'forward' ? action.timeoutMs : undefined,
      origins: cors?.allowOrigins,
    })),
    limits: model.limits.map(({ name, amount, scope }) => ({ name, amount, routes: scope.routes })),
  };
}

describe('a policy for one of several listeners of a route', () => {
  it('is for requests by that one alone', () => {
    const { routes, services } = build(
      traffic('on-a', onListener('a'), within('9s')),
      traffic('on-b', onListener('b'), within('3s')),
    );
    expect(routes).toEqual([
      { id: 'route/chat/000/000@a', name: 'chat', listeners: ['a'], requestMs: 9_000 },
      { id: 'route/chat/000/000@b', name: 'chat', listeners: ['b'], requestMs: 3_000 },
      { id: 'route/chat/000/000@c', name: 'chat', listeners: ['c'], requestMs: 60_000 },
    ]);
    expect(services).toEqual([
      { id: 'HTTPRoute/shop/0/0@a', listeners: ['a'], requestMs: 9_000 },
      { id: 'HTTPRoute/shop/0/0@b', listeners: ['b'], requestMs: 3_000 },
      { id: 'HTTPRoute/shop/0/0@c', listeners: ['c'] },
    ]);
  });

  it('divides no route that meets the same policies everywhere', () => {
    const everywhere = ['a', 'b', 'c'].map(onListener);
    const one = { ...traffic('all', {}, within('9s')) } as { readonly spec: object };
    const { routes } = build({ ...one, spec: { ...one.spec, targetRefs: everywhere } });
    expect(routes).toEqual([{ id: 'route/chat/000/000', name: 'chat', listeners: undefined, requestMs: 9_000 }]);
  });

  it('limits what comes by that one, and leaves the rest to whoever is farther away', () => {
    const { routes, limits } = build(
      traffic('on-a', onListener('a'), { rateLimit: requests(10) }),
      traffic('on-all', { group, kind: 'Gateway', name: 'edge' }, { rateLimit: requests(99) }),
    );
    expect(routes.map(({ listeners, name }) => [listeners, name])).toEqual([
      [['a'], 'chat##a'],
      [['b', 'c'], 'chat'],
    ]);
    expect(limits).toEqual([
      { name: 'BackendTrafficPolicy/on-a/0', amount: 10, routes: ['chat##a'] },
      { name: 'BackendTrafficPolicy/on-all/0', amount: 99, routes: ['chat'] },
    ]);
  });

  it('leaves the limit of a rule in one piece', () => {
    const { routes, limits } = build(
      traffic('on-a', onListener('a'), { rateLimit: requests(10) }),
      traffic(
        'on-rule',
        { group: 'aigateway.envoyproxy.io', kind: 'AIGatewayRoute', name: 'chat', sectionName: 'first' },
        { rateLimit: requests(5) },
      ),
    );
    expect(routes.map(({ name }) => name)).toEqual(['chat#first', 'chat#first']);
    expect(limits).toEqual([{ name: 'BackendTrafficPolicy/on-rule/0', amount: 5, routes: ['chat#first'] }]);
  });

  it('lets in pages of services by that one', () => {
    const cors = { cors: { allowOrigins: ['https://app.example.com'] } };
    expect(build(policy('SecurityPolicy', 'on-a', onListener('a'), cors)).services).toMatchObject([
      { listeners: ['a'], origins: ['https://app.example.com'] },
      { listeners: ['b', 'c'], origins: undefined },
    ]);
  });
});
