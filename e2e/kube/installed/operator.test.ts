import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../../support/caller.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { egressPods } from '../../support/kube-installed/egress-pods.ts';
import { bringSluice, dataplane, system } from '../../support/kube-installed/sluice.ts';
import { type CommandResult, runSluice } from '../../support/kube-installed/sluice-command.ts';
import { forwardEgress, openStage, outside, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { document, model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

/** How somebody finds out what a gateway does who did not build it. */
const cluster = openCluster();
const upstream = 'sk-of-the-provider-of-operators';
let stage: Stage;
let pods: readonly string[];

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'operator');
  const credential = { apiKey: { secretKeyRef: { name: 'upstream', key: 'key' } } };
  await stage.apply(
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'upstream' }, stringData: { key: upstream } }),
    practiceProvider('first', { credential }),
    model('operator-small', ['first/upstream']),
  );
  await stage.programmed('model/operator-small', 'provider/first');
  pods = await egressPods(cluster, 2);
  const egress = await forwardEgress(cluster);
  const url = (): string => `http://127.0.0.1:${egress.port}`;
  expect((await caller(url, stage.secret)({ model: 'operator-small' })).status).toBe(200);
  expect((await caller(url, 'sk-of-nobody-who-guesses')({ model: 'operator-small' })).status).toBe(401);
  await egress.stop();
}, 300_000);

afterAll(() => stage?.close());

/** A rule and a policy that say the same field, and a service that says it alone. */
const decided = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: operator-decided }
spec: { endpoints: [{ fqdn: { hostname: provider.${outside}.svc, port: 80 } }] }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: { name: operator-decided }
spec:
  schema: { name: OpenAI }
  backendRef: { group: gateway.envoyproxy.io, kind: Backend, name: operator-decided }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: { name: operator-decided }
spec:
  parentRefs: [{ name: egress, namespace: ${dataplane} }]
  rules:
    - matches: [{ headers: [{ type: Exact, name: x-ai-eg-model, value: operator-decided }] }]
      timeouts: { request: 5s }
      backendRefs: [{ name: operator-decided }]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: { name: operator-decided }
spec:
  targetRefs: [{ group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: operator-decided }]
  timeout: { http: { requestTimeout: 9s } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: operator-decided }
spec:
  parentRefs: [{ name: egress, namespace: ${dataplane} }]
  hostnames: [decided.operator.example.com]
  rules:
    - timeouts: { request: 3s }
      backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: operator-decided }]
`;

/** The controller refuses to make pods of it. */
const withoutEnvoy = `
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: { name: operator-without-envoy }
spec:
  overlays: { deployment: { spec: { template: { spec: { containers: [{ name: envoy, $patch: delete }] } } } } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: operator-without-envoy }
spec:
  gatewayClassName: sluice-egress
  infrastructure:
    parametersRef: { group: sluice.dev, kind: GatewayParameters, name: operator-without-envoy }
  listeners: [{ name: http, port: 8080, protocol: HTTP }]
`;

const secrets = (): readonly string[] => [upstream, stage.secret, 'sk-of-nobody-who-guesses', 'PRIVATE KEY'];
const status = (...args: readonly string[]): Promise<CommandResult> => runSluice(['status', '--kubernetes', ...args]);
const explain = (...args: readonly string[]): Promise<CommandResult> =>
  runSluice(['explain', '--kubernetes', '--gateway', `${dataplane}/egress`, ...args]);

interface StatusText {
  readonly documents: readonly { readonly id: string; readonly state: string }[];
  readonly clients: readonly { readonly nodeId: string; readonly types: readonly { readonly state: string }[] }[];
}

describe('an Envoy, through kubectl port-forward to its admin port', () => {
  it('shows what it has, and no secret', async () => {
    const [pod = ''] = pods;
    const admin = await cluster.portForward(`pod/${pod}`, 19000, dataplane);
    try {
      const page = async (path: string): Promise<string> => {
        const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, { headers: { connection: 'close' } });
        expect(response.status).toBe(200);
        return response.text();
      };
      expect(await page('/ready')).toBe('LIVE\n');
      expect(await page('/clusters')).toContain(`provider/${stage.namespace}/first`);
      const dump = await page('/config_dump?include_eds');
      expect(dump).toContain(`provider.${outside}.svc`);
      for (const secret of secrets()) expect(dump.includes(secret)).toBe(false);
    } finally {
      await admin.stop();
    }
  });
});

describe('sluice status --kubernetes', { timeout: 90_000 }, () => {
  it('shows all documents and every pod, whichever replica answers', async () => {
    await stage.apply(model('operator-later', ['first/upstream']));
    await stage.programmed('model/operator-later');
    // Other tests may have left something that is just being deleted.
    let result: CommandResult = { code: null, output: '', complaints: '' };
    const isHealthy = async (): Promise<boolean> => {
      result = await status('--output', 'json');
      return result.code === 0;
    };
    await until('everything is in force', isHealthy, { limitMs: 60_000, seen: () => result.complaints });
    const { documents, clients } = JSON.parse(result.output) as StatusText;
    expect(documents).toContainEqual(
      expect.objectContaining({ id: `Model/${stage.namespace}/operator-small`, state: 'in force' }),
    );
    expect(clients.map(({ nodeId }) => nodeId).sort()).toEqual(
      pods.flatMap((pod) => [pod, `${pod}-processor-0`]).sort(),
    );
    expect(clients.flatMap(({ types }) => types).filter(({ state }) => state !== 'synced')).toEqual([]);
    for (const secret of secrets()) expect(result.output.includes(secret)).toBe(false);
  });

  it('ends with 1 while something is broken, and says what', async () => {
    await stage.apply(model('operator-broken', ['no-such-provider/upstream']));
    await until('it is told', async () => (await status()).code === 1, { limitMs: 20_000 });
    const { output } = await status();
    expect(output).toMatch(new RegExp(`Model/${stage.namespace}/operator-broken +with errors`));
    expect(output).toContain('no-such-provider');
    await stage.kubectl('delete', 'model', 'operator-broken');
    await until('it is well again', async () => (await status()).code === 0, { limitMs: 30_000 });
  });

  it('ends with 1 while what a Gateway is made of is not as wanted, and says why', async () => {
    await stage.apply(withoutEnvoy);
    const isTold = async (): Promise<boolean> =>
      (await status()).output.includes('What belongs to it is not as wanted');
    await until('it is told', isTold, { limitMs: 20_000 });
    const { code, output } = await status();
    expect(code).toBe(1);
    expect(output).toContain('overlays.deployment of its GatewayParameters leaves out the container "envoy"');
    await stage.kubectl('delete', 'gateway,gatewayparameters', 'operator-without-envoy');
    await until('it is well again', async () => (await status()).code === 0, { limitMs: 30_000 });
  });

  it('ends with 1 where there is no control plane, and says what to do', async () => {
    const { code, complaints } = await status('--namespace', outside);
    expect(code).toBe(1);
    expect(complaints).toContain(`kubectl -n ${outside} get deployment controller`);
    expect((await status('--context', 'no-such-context')).code).toBe(1);
  });
});

describe('sluice explain --kubernetes', { timeout: 60_000 }, () => {
  it('says what a request would meet', async () => {
    await stage.apply(
      document('Limit', 'operator-limit', { scope: { models: ['operator-small'] }, requests: 1000, window: '1m' }),
    );
    await stage.programmed('limit/operator-limit');
    const asked = ['--key', `${stage.namespace}/caller`, '--model', 'operator-small'];
    const { code, output } = await explain(...asked);
    expect(code).toBe(0);
    expect(output).toContain(`${stage.namespace}/first`);
    expect(output).toContain(`${stage.namespace}/operator-limit`);
  });

  it('ends with 1 for a request that would be refused, with its status, and with 2 for a wrong command line', async () => {
    const unknown = await explain('--key', `${stage.namespace}/caller`, '--model', 'no-such-model');
    expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining('(404)')]);
    const { code, output } = await explain('--model', 'operator-small', '--output', 'json');
    expect([code, JSON.parse(output)]).toMatchObject([1, { outcome: 'refused', status: 401, code: 'missing_key' }]);
    expect((await explain()).code).toBe(2);
  });

  it('says who decides, by the listener that is asked for, and of an HTTPRoute', async () => {
    await stage.apply(decided);
    await stage.programmed('aigatewayroute/operator-decided');
    const name = `${stage.namespace}/operator-decided`;
    const asked = ['--key', `${stage.namespace}/caller`, '--model', 'operator-decided', '--listener', 'http'];
    const { code, output } = await explain(...asked);
    const said = `5s by AIGatewayRoute/${name} (rule), not 9s by BackendTrafficPolicy/${name} (route)`;
    expect([code, output]).toEqual([0, expect.stringMatching(/^decided$/m)]);
    expect(output).toContain(`\n  · timeouts.request: ${said}\n`);
    const ofService = await explain('--route', name, '--output', 'json');
    expect(JSON.parse(ofService.output)).toMatchObject({
      route: name,
      matches: [{ listeners: ['http'], decisions: [{ field: 'requestTimeout', by: { origin: `HTTPRoute/${name}` } }] }],
    });
  });
});

describe('kubectl', { timeout: 60_000 }, () => {
  it('shows in logs lines of JSON without secrets', async () => {
    const logs = await Promise.all([
      ...pods.flatMap((pod) =>
        ['envoy', 'processor'].map((name) =>
          cluster.kubectl(['--namespace', dataplane, 'logs', pod, '--container', name]),
        ),
      ),
      cluster.kubectl([
        '--namespace',
        system,
        'logs',
        '--selector',
        'app.kubernetes.io/name=sluice-controller',
        '--tail=-1',
      ]),
    ]);
    for (const log of logs) {
      const lines = log.split('\n').filter((line) => line !== '');
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => !isJson(line))).toEqual([]);
      for (const secret of secrets()) expect(log.includes(secret)).toBe(false);
    }
  });

  it('shows in its columns how objects stand', async () => {
    const columns = await stage.kubectl('get', 'models.sluice.dev', 'operator-small');
    expect(columns).toMatch(/^operator-small .*True/m);
    const gateways = await cluster.kubectl(['--namespace', dataplane, 'get', 'gateway', 'egress']);
    expect(gateways).toMatch(/^egress +sluice-egress +\S+ +True/m);
  });
});

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
