import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, documents, model, provider } from '../../../e2e/support/policy-documents.ts';
import { plainKubeconfig, startTestServer } from '../../../src/kube/testing/server.ts';
import { runCli } from '../testing/run-cli.ts';

const anthropic = { schema: 'anthropic', credential: { none: {} } };
const openai = { credential: { none: {} } };

const backendRef = { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'inside' };

/** A route for models and one for a service, on both listeners of a Gateway. */
const attached = [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { listeners: ['a', 'b'].map((name, index) => ({ name, port: 8080 + index, protocol: 'HTTP' })) },
  },
  {
    apiVersion: 'aigateway.envoyproxy.io/v1beta1',
    kind: 'AIGatewayRoute',
    metadata: { name: 'attached' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      rules: [
        {
          matches: [{ headers: [{ name: 'x-ai-eg-model', value: 'attached' }] }],
          backendRefs: [{ name: 'inside' }],
        },
      ],
    },
  },
  {
    apiVersion: 'aigateway.envoyproxy.io/v1beta1',
    kind: 'AIServiceBackend',
    metadata: { name: 'inside' },
    spec: { schema: { name: 'OpenAI' }, backendRef },
  },
  {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'Backend',
    metadata: { name: 'inside' },
    spec: { endpoints: [{ ip: { address: '10.0.0.1', port: 8000 } }] },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop' },
    spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [backendRef] }] },
  },
];

describe('sluice explain', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-explain-'));
    const policy = documents(
      provider('o-one', 'https://one.example.com/v1', openai),
      provider('o-two', 'https://two.example.com/v1', openai),
      provider('a-one', 'https://three.example.com/v1', anthropic),
      model('plain', ['o-one/x', 'o-two/y']),
      model('both', [
        { provider: 'o-one', model: 'x', weight: 3 },
        { provider: 'a-one', model: 'claude', priority: 0 },
        { provider: 'o-two', model: 'y', priority: 0 },
      ]),
      apiKey('ana', 'KEY'),
    );
    await writeFile(join(folder, 'policy.yaml'), policy);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const explain = async (named: string, ...more: string[]): Promise<string> => {
    const env = { KEY: 'sk-a-key-of-enough-characters' };
    const { status, out, err } = await runCli(['explain', '--key', 'ana', '--model', named, ...more], {
      cwd: folder,
      env,
    });
    expect([status, err]).toEqual([0, '']);
    return out;
  };

  it('shows the chain of a model in the order in which it is tried', async () => {
    expect(await explain('plain')).toMatch(
      /^ {2}· the targets are tried in this order\n {2}✓ {2}o-one\/x .*\n {2}✓ {2}o-two\/y .*\nprice$/m,
    );
  });

  it('shows a chain for each API where callers of both are served, with the shares that they have in it', async () => {
    const lines = (await explain('both')).split('\n').map((line) => line.replace(/ +private, .*/, ''));
    expect(lines.slice(2, lines.indexOf('price'))).toEqual([
      '  · every target is private: the request never reaches a public provider',
      '  · each API has a chain of its own, whose targets are tried in this order',
      'OpenAI API',
      '  ✓  o-one/x       priority 0  75 %',
      '  ✓  o-two/y       priority 0  25 %',
      'Anthropic API',
      '  ✓  a-one/claude  priority 0  100 %',
    ]);
  });

  it('shows one where the model is asked for at one provider', async () => {
    const text = await explain('o-two/both');
    expect(text).toContain('  · the targets are tried in this order\n');
    expect(text).not.toMatch(/^\w+ API$/m);
  });

  it('shows who decides what by the one listener and the other, of models and of services', async () => {
    const traffic = (name: string, requestTimeout: string) => ({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata: { name },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge', sectionName: name }],
        timeout: { http: { requestTimeout } },
      },
    });
    const all = [...attached, traffic('a', '9s'), traffic('b', '3s')].map((each) => `${JSON.stringify(each)}\n`);
    await writeFile(join(folder, 'edge.yaml'), documents(...all));
    try {
      const first = await explain('attached');
      expect(first).toContain('  · it answers what comes by listener a; --listener asks for another one\n');
      expect(first).toContain('decided\n  · timeout.http.requestTimeout: 9s by BackendTrafficPolicy/a (listener)\n');
      const second = await explain('attached', '--listener', 'b');
      expect(second).toContain('decided\n  · timeout.http.requestTimeout: 3s by BackendTrafficPolicy/b (listener)\n');
      expect(second).not.toContain('--listener');
      const { out } = await runCli(['explain', '--route', 'shop', '--skip-secrets'], { cwd: folder });
      expect(out.split('\n')).toEqual([
        'HTTPRoute shop',
        'HTTPRoute/shop/0/0@a: every method, path prefix /, by listener a',
        '  · timeout.http.requestTimeout: 9s by BackendTrafficPolicy/a (listener)',
        'HTTPRoute/shop/0/0@b: every method, path prefix /, by listener b',
        '  · timeout.http.requestTimeout: 3s by BackendTrafficPolicy/b (listener)',
        '',
      ]);
      const both = await runCli(['explain', '--route', 'shop', '--key', 'ana'], { cwd: folder });
      expect([both.status, both.err]).toEqual([2, expect.stringContaining('--route is given beside --key or --model')]);
    } finally {
      await rm(join(folder, 'edge.yaml'));
    }
  });

  it('shows that a wrong rule of a route answers with an error, and says what is wrong', async () => {
    const spec = {
      parentRefs: [{ name: 'edge', sectionName: 'a' }],
      rules: [
        { matches: [{ path: { value: '/cart' } }], backendRefs: [backendRef], sessionPersistence: {} },
        { backendRefs: [backendRef] },
      ],
    };
    const route = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'half' }, spec };
    await writeFile(
      join(folder, 'half.yaml'),
      documents(...[...attached, route].map((each) => `${JSON.stringify(each)}\n`)),
    );
    try {
      const { out, err } = await runCli(['explain', '--route', 'half', '--skip-secrets'], { cwd: folder });
      expect(err).toContain('spec.rules[0].sessionPersistence');
      expect(out.split('\n')).toEqual([
        'HTTPRoute half',
        'HTTPRoute/half/0/0: every method, path prefix /cart, by listener a',
        '  · answered with 500: the rule is wrong, or none of its backends is there',
        '  · nobody but the rule itself',
        'HTTPRoute/half/1/0: every method, path prefix /, by listener a',
        '  · nobody but the rule itself',
        '',
      ]);
    } finally {
      await rm(join(folder, 'half.yaml'));
    }
  });

  it('says in JSON whose requests each target answers', async () => {
    const { targets } = JSON.parse(await explain('both', '--output', 'json')) as {
      readonly targets: readonly object[];
    };
    expect(targets).toMatchObject([
      { provider: 'o-one', api: 'openai', share: 0.75 },
      { provider: 'a-one', api: 'anthropic', share: 1 },
      { provider: 'o-two', api: 'openai', share: 0.25 },
    ]);
  });

  it('says of a refused request with which status and why, in text and in JSON', async () => {
    const ask = (...flags: string[]) =>
      runCli(['explain', '--skip-secrets', ...flags], { cwd: folder, env: { KEY: 'sk-a-key-of-enough-characters' } });
    expect(await ask('--model', 'plain')).toMatchObject({
      status: 1,
      out: 'No key, model plain: refused, nobody is let in without a key (401)\n',
    });
    const { status, out } = await ask('--key', 'ana', '--output', 'json');
    expect([status, JSON.parse(out)]).toMatchObject([1, { outcome: 'refused', status: 400, code: 'missing_model' }]);
    expect(await ask('--model', 'plain', '--listener', 'nowhere')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^No key, model plain: refused, the gateway has no listener "nowhere"; it has /),
    });
    const nothing = await ask();
    expect([nothing.status, nothing.err]).toEqual([2, expect.stringContaining('--key NAME and --model NAME')]);
  });

  it('shows what a control plane of an older version knows', async () => {
    const known = { key: 'ana', model: 'both', outcome: 'served', reason: 'one target', steps: [], filters: [] };
    const api = await startTestServer((request, response) => {
      const isAsked = request.url?.includes('/proxy/explain') ?? false;
      const status = { conditions: [{ type: 'Ready', status: 'True' }] };
      const ports = [{ name: 'admin', containerPort: 10089 }];
      const pods = { items: [{ metadata: { name: 'a' }, spec: { containers: [{ ports }] }, status }] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isAsked ? { ...known, targets: [], policy: {} } : pods));
    });
    try {
      await writeFile(join(folder, 'kubeconfig'), plainKubeconfig(api.url, 'token'));
      const asked = ['--key', 'ana', '--model', 'both'];
      const line = ['explain', '--kubernetes', '--kubeconfig', join(folder, 'kubeconfig'), ...asked];
      expect(await runCli(line)).toMatchObject({
        status: 0,
        err: '',
        out: 'Key ana, model both: served\n  · one target\n',
      });
    } finally {
      await api.close();
    }
  });
});
