import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type ControllerProcess, startControllerProcess } from '../../support/kube-api/controller.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

patience();
let server: KubeApiServer;
let controller: ControllerProcess;

const selectors = [{ matchLabels: { 'kubernetes.io/metadata.name': 'default' } }, { matchLabels: { team: 'late' } }];

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.kubectl('create', 'namespace', 'sluice-system');
  controller = await startControllerProcess({
    kubeconfig: server.kubeconfig,
    flags: ['--namespace-selectors', JSON.stringify(selectors)],
  });
});

afterAll(async () => {
  await controller?.stop();
  await server?.close();
});

const idle = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: sluice-egress}
spec: {controllerName: sluice.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: egress}
spec:
  gatewayClassName: sluice-egress
  listeners:
    - name: http
      port: 80
      protocol: HTTP
      hostname: a.example.com
    - name: late
      port: 81
      protocol: HTTP
      allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: late}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: egress, sectionName: http}]
  hostnames: [a.example.com, b.example.com]
  rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: c.example.com}}]}]
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: first}
spec: {hash: "sha256:${'1'.repeat(64)}", owner: {team: red}, models: {allow: [late-model]}}
---
apiVersion: sluice.dev/v1alpha1
kind: Limit
metadata: {name: blue}
spec: {requests: 10, window: 1m, scope: {keys: [first], teams: [blue, red], labels: {stage: [test]}}}
`;

const late = `
apiVersion: v1
kind: Namespace
metadata: {name: late, labels: {team: late}}
---
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: late-model}
spec: {targets: [{provider: openai}]}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: second, labels: {stage: test}}
spec: {hash: "sha256:${'2'.repeat(64)}", owner: {team: blue}}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: first, labels: {stage: test}}
spec: {hash: "sha256:${'1'.repeat(64)}", owner: {team: red}, models: {allow: [late-model]}}
`;

/** What is said of each object, in order of the paths. */
const warnings: readonly (readonly [object: string, reason: string, message: RegExp])[] = [
  ['gatewayclass/sluice-egress', 'NoMatchingNamespace', /discoveryNamespaceSelectors\[1\] \(team=late\) selects no/],
  ['gateway/egress', 'WithoutEffect', /listeners\[1\]\.allowedRoutes\.namespaces\.selector selects none/],
  ['httproute/web', 'WithoutEffect', /spec\.hostnames\[1\] no listener .* b\.example\.com/],
  ['apikey/first', 'WithoutEffect', /spec\.models\.allow\[0\] "late-model" matches no Model/],
  [
    'limit/blue',
    'WithoutEffect',
    /teams\[0\] "blue" .*no ApiKey.*labels\.stage\[0\] "test" matches the label stage of no/,
  ],
];

interface Condition {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

interface StatusText {
  readonly conditions?: readonly Condition[];
  readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
}

async function conditionsOf(name: string): Promise<readonly Condition[]> {
  const { status } = JSON.parse(await server.kubectl('get', name, '--output', 'json')) as { status?: StatusText };
  return status?.parents?.[0]?.conditions ?? status?.conditions ?? [];
}

async function warningOf(name: string): Promise<Condition | undefined> {
  return (await conditionsOf(name)).find(({ type }) => type === 'Warning');
}

async function versions(): Promise<string> {
  const kinds = 'gatewayclasses,gateways,httproutes,apikeys,limits,models,providers';
  const path = 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
  return server.kubectl('get', kinds, '--output', path);
}

/** Until nothing is written for three seconds. */
async function quiet(): Promise<void> {
  let before = '';
  await until('nothing is written any more', async () => {
    const now = await versions();
    const isQuiet = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return isQuiet && (await versions()) === now;
  });
}

describe('names that match nothing', () => {
  it('are said in the status of each object, and once', async () => {
    await server.apply(idle);
    for (const [name, reason, message] of warnings) {
      await until(`a warning of ${name}`, async () => (await warningOf(name)) !== undefined, { seen: controller.log });
      expect(await warningOf(name)).toMatchObject({ reason, message: expect.stringMatching(message) });
    }
    const accepted = (await conditionsOf('limit/blue')).find(({ type }) => type === 'Accepted');
    expect(accepted).toMatchObject({ status: 'True' });
    await quiet();
    const { documents, problems } = JSON.parse((await controller.page('/status')) ?? '{}');
    expect(problems).toMatchObject([{ reason: 'NoMatchingNamespace' }]);
    const idleOnes = (documents as { id: string; problems: unknown[] }[]).filter(({ problems }) => problems.length > 0);
    expect(idleOnes.map(({ id }) => id)).toEqual(['ApiKey/first', 'Gateway/egress', 'HTTPRoute/web', 'Limit/blue']);
  });

  it('are no longer said when what they name appears', async () => {
    await server.apply(late);
    await server.kubectl(
      ...['patch', 'gateway/egress', '--type=json', '-p'],
      '[{"op": "replace", "path": "/spec/listeners/0/hostname", "value": "*.example.com"}]',
    );
    for (const [name] of warnings) {
      await until(`no warning of ${name}`, async () => (await warningOf(name)) === undefined, { seen: controller.log });
    }
    await quiet();
  });

  it('are said again when it goes', async () => {
    await server.kubectl('delete', 'model/late-model');
    await server.kubectl('label', 'namespace/late', 'team-');
    for (const name of ['apikey/first', 'gateway/egress', 'gatewayclass/sluice-egress']) {
      await until(`a warning of ${name}`, async () => (await warningOf(name)) !== undefined, { seen: controller.log });
    }
    await quiet();
  });
});

describe('parameters', () => {
  it('for a container that no pod has say so', async () => {
    await server.apply(`
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: misnamed}
spec: {overlays: {deployment: {spec: {template: {spec: {containers: [{name: envoyy, env: [{name: A, value: b}]}]}}}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: misnamed}
spec:
  gatewayClassName: sluice-egress
  infrastructure: {parametersRef: {group: sluice.dev, kind: GatewayParameters, name: misnamed}}
  listeners: [{name: http, port: 80, protocol: HTTP}]
`);
    const refused = async () =>
      (await conditionsOf('gatewayparameters/misnamed')).find(({ type }) => type === 'Accepted');
    await until('it is refused', async () => (await refused())?.reason === 'Refused', { seen: controller.log });
    expect((await refused())?.message).toMatch(/ for Gateway misnamed is refused: .*containers.*image/);
  });
});

describe('what is asked of Kubernetes for a Gateway', () => {
  const programmed = async () => (await conditionsOf('gateway/lonely')).find(({ type }) => type === 'Programmed');

  beforeAll(async () => {
    await server.apply(`
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: lonely}
spec: {serviceAccount: {name: gone}, service: {type: NodePort}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: lonely}
spec:
  gatewayClassName: sluice-egress
  addresses: [{value: 192.0.2.1}]
  infrastructure: {parametersRef: {group: sluice.dev, kind: GatewayParameters, name: lonely}}
  listeners: [{name: http, port: 80, protocol: HTTP}]
`);
  });

  it('says that its Service has another address', async () => {
    const isSaid = async () => (await programmed())?.reason === 'AddressNotUsable';
    await until('it is told', isSaid, { seen: controller.log });
    expect((await programmed())?.message).toMatch(/^spec\.addresses\[0\]\.value 192\.0\.2\.1 is not what/);
  });

  it('says why no pod can be made, as long as none can', async () => {
    const message = 'pods "lonely-" is forbidden: serviceaccount "gone" not found';
    const failing = async (status: 'True' | 'False') => {
      const condition = { type: 'ReplicaFailure', status, reason: 'FailedCreate', message };
      const patch = JSON.stringify({ status: { conditions: [condition] } });
      await server.kubectl('patch', 'deployment/lonely', '--subresource=status', '--type=merge', '-p', patch);
    };
    const isSaid = async () => (await programmed())?.message.endsWith(`Pods cannot be made: ${message}`) === true;
    await failing('True');
    await until('it is told', isSaid, { seen: controller.log });
    await failing('False');
    await until('it is told no more', async () => !(await isSaid()), { seen: controller.log });
  });
});
