import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, WatchedObject } from '../../../src/controller/conditions/outcome.ts';
import { createRefusalEvents } from '../../../src/controller/conditions/refusal-events.ts';
import { createStatusReporter, type StatusReporter } from '../../../src/controller/conditions/reporter.ts';
import { objectId } from '../../../src/controller/object-id.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { type Reflector, startReflector } from '../../../src/kube/reflector.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { type Kind, kinds } from '../../../src/policy/kinds.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api-server.ts';
import { patience, until } from '../../support/kube-patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-proxy.ts';
import { serveEveryKind } from '../../support/kube-served-kinds.ts';

patience();
const cleanup = cleanupsAfterEach();
const controllerName = 'sluice.dev/gateway-controller';
const log = createLogger({ name: 'test', level: 'silent' });
let server: KubeApiServer;
let watched: WatchedClient;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  watched = await watchedClient(server);
});

afterAll(async () => {
  await watched?.close();
  await server?.close();
});

beforeEach(() => {
  watched.calls.splice(0);
});

const writes = (): string[] => watched.calls.filter((call) => call.startsWith('PATCH ') && call.endsWith('/status'));

interface Stage {
  readonly reporter: StatusReporter;
  readonly objects: () => WatchedObject[];
  /** What is judged besides the objects; everything is well unless a test says otherwise. */
  judge(change: Partial<Outcome>): void;
  lead(isLeader: boolean): void;
}

/** The objects of these kinds as a source follows them, and a reporter of their status. */
async function stageFor(...names: Kind[]): Promise<Stage> {
  let change: Partial<Outcome> = {};
  let isLeader = true;
  const reflectors: { kind: Kind; reflector: Reflector }[] = [];
  const resourceOf = (kind: Kind) => {
    const { group, versions, plural } = kinds[kind];
    return { group, version: versions[0], plural };
  };
  const objects = (): WatchedObject[] =>
    reflectors.flatMap(({ kind, reflector }) =>
      [...reflector.objects.values()].map((object) => ({ kind, resource: resourceOf(kind), object })),
    );
  const reporter = createStatusReporter({
    client: watched.client,
    log,
    isLeader: () => isLeader,
    quietMs: 20,
    // The default of 50 in a second would make this a test of patience.
    perSecond: 1_000,
    outcome: () => {
      const all = objects();
      return {
        controllerName,
        objects: all,
        generations: new Map(
          all.map((each) => [objectId(each.kind, each.object), each.object.metadata.generation ?? 1]),
        ),
        problems: [],
        isStale: () => false,
        attachments: [],
        nacks: new Map(),
        isPublished: true,
        silent: [],
        reach: new Map([['egress', { envoys: 2, processors: 2, missing: [] }]]),
        provisioned: new Map([
          ['egress', { readyPods: 2, addresses: [{ type: 'IPAddress' as const, value: '10.96.0.20' }] }],
        ]),
        gatewayApiVersion: 'v1.6.3',
        ...change,
      };
    },
  });
  cleanup(() => reporter.close());
  for (const kind of names) {
    const reflector = startReflector({
      client: watched.client,
      place: resourceOf(kind),
      onChanges: reporter.changed,
      onError: () => undefined,
    });
    cleanup(() => reflector.close());
    reflectors.push({ kind, reflector });
  }
  await until('all kinds are known', () => reflectors.every(({ reflector }) => reflector.hasSynced()));
  return {
    reporter,
    objects,
    judge(next) {
      change = { ...change, ...next };
      reporter.changed();
    },
    lead(next) {
      isLeader = next;
      reporter.changed();
    },
  };
}

/** Until nothing has been written for a while. */
async function quiet(): Promise<void> {
  let seen = -1;
  while (seen !== writes().length) {
    seen = writes().length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function statusOf(resource: string, name: string): Promise<KubeObject> {
  return JSON.parse(await server.kubectl('get', resource, name, '-o', 'json'));
}

const gatewayClass = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: ${controllerName} }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: egress }
spec:
  gatewayClassName: sluice-egress
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`;

const openai = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: openai }
spec: { schema: openai, credential: { none: {} } }
`;

const kindsSeen: readonly Kind[] = [
  'GatewayClass',
  'Gateway',
  'Provider',
  'HTTPRoute',
  'BackendTLSPolicy',
  'ClientTrafficPolicy',
  'AIGatewayRoute',
];

const egress = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default', name: 'egress' };

describe('the status of objects', () => {
  it('is taken by the API server in every shape, and says nothing new a second time', async () => {
    for (const kind of kindsSeen) await server.kubectl('delete', kind, '--all');
    await server.apply(gatewayClass);
    await server.apply(openai);
    await server.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: egress }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: vllm }
spec: { targetRefs: [{ group: '', kind: Service, name: vllm }], validation: { hostname: vllm.example.com, wellKnownCACertificates: System } }
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: { name: large }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: egress }], connection: { bufferLimit: 50Mi } }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: { name: chat }
spec: { parentRefs: [{ name: egress, kind: Gateway, group: gateway.networking.k8s.io }], rules: [{ backendRefs: [{ name: openai }] }] }
`);
    const stage = await stageFor(...kindsSeen);
    stage.judge({
      attachments: ['HTTPRoute/web', 'AIGatewayRoute/chat'].map((document) => ({
        document,
        parent: egress,
        outcome: 'accepted' as const,
        listeners: ['http'],
      })),
      problems: [
        {
          severity: 'warning',
          source: '',
          document: 'Provider/openai',
          path: 'spec.headers',
          message: 'names nothing',
          remedy: 'remove it',
        },
      ],
    });
    await server.kubectl('wait', 'gatewayclass/sluice-egress', '--for=condition=Accepted', '--timeout=60s');
    await server.kubectl('wait', 'gateway/egress', '--for=condition=Programmed', '--timeout=60s');
    await server.kubectl('wait', 'provider/openai', '--for=condition=Programmed', '--timeout=60s');
    await server.kubectl('wait', 'provider/openai', '--for=condition=Warning', '--timeout=60s');
    await server.kubectl('wait', 'aigatewayroute/chat', '--for=condition=Accepted', '--timeout=60s');
    const accepted = { type: 'Accepted', status: 'True', observedGeneration: 1 };
    expect(await statusOf('gateway', 'egress')).toMatchObject({
      status: {
        addresses: [{ type: 'IPAddress', value: '10.96.0.20' }],
        listeners: [
          { name: 'http', attachedRoutes: 2, conditions: expect.arrayContaining([expect.objectContaining(accepted)]) },
        ],
      },
    });
    const answer = { controllerName, conditions: expect.arrayContaining([expect.objectContaining(accepted)]) };
    expect(await statusOf('httproute', 'web')).toMatchObject({
      status: { parents: [{ ...answer, parentRef: egress }] },
    });
    expect(await statusOf('clienttrafficpolicy', 'large')).toMatchObject({
      status: { ancestors: [{ ...answer, ancestorRef: egress }] },
    });
    expect(await statusOf('backendtlspolicy', 'vllm')).toMatchObject({ status: { ancestors: [answer] } });
    await quiet();
    // One write for each object, whatever else is asked: a status is no change of what is written.
    expect(writes()).toHaveLength(7);
    expect(stage.objects().map(({ object }) => object.metadata.generation)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    for (let round = 0; round < 3; round++) {
      stage.reporter.changed();
      await quiet();
    }
    expect(writes()).toHaveLength(7);
  });

  it('shows in the columns of kubectl get', async () => {
    expect(await server.kubectl('get', 'provider', 'openai')).toMatch(/ACCEPTED.*\n.*True/);
    expect(await server.kubectl('get', 'gateway', 'egress')).toMatch(/ADDRESS +PROGRAMMED.*\n.*10\.96\.0\.20 +True/);
  });

  it('leaves the answers of another controller alone that writes at the same time', async () => {
    const stage = await stageFor('GatewayClass', 'Gateway', 'HTTPRoute');
    const place = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', namespace: 'default' };
    const theirs = 'example.com/controller';
    let lost = 0;
    for (let round = 1; round <= 20; round++) {
      const now = await watched.client.get({ ...place, name: 'web' });
      if (!now.ok) throw new Error(now.error.message);
      const { resourceVersion = '' } = now.value.metadata;
      const { parents = [] } = now.value.status as { parents?: { controllerName: string; conditions: unknown }[] };
      const ours = parents.filter((each) => each.controllerName !== theirs);
      if (round > 1 && (parents.length !== 2 || ours.length !== 1)) lost += 1;
      const condition = {
        type: 'Accepted',
        status: 'True',
        reason: 'Accepted',
        message: `round ${round}`,
        lastTransitionTime: '2026-12-01T00:00:00Z',
      };
      const entry = { parentRef: { name: 'other' }, controllerName: theirs, conditions: [condition] };
      stage.judge({ nacks: round % 2 === 0 ? new Map() : new Map([['HTTPRoute/web', `refused in round ${round}`]]) });
      const written = await watched.client.patchStatus(
        { ...place, name: 'web' },
        { parents: [...ours, entry] },
        { resourceVersion },
      );
      // The last word is said until it is heard.
      if (round === 20 && !written.ok) round--;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(lost).toBe(0);
    stage.judge({ nacks: new Map([['HTTPRoute/web', 'refused in the end']]) });
    await until('both say their last', async () => {
      const text = JSON.stringify((await statusOf('httproute', 'web')).status);
      return text.includes('refused in the end') && text.includes('round 20"');
    });
  });

  it('is written by the leader only', async () => {
    const stage = await stageFor('GatewayClass', 'Gateway', 'Provider');
    stage.lead(false);
    const { metadata, spec } = await statusOf('provider', 'openai');
    const generation = (metadata.generation ?? 1) + 1;
    // The other of the two, also when this is tried twice.
    const network = (spec as { network?: string }).network === 'private' ? 'public' : 'private';
    await server.kubectl('patch', 'provider', 'openai', '--type=merge', '-p', JSON.stringify({ spec: { network } }));
    const isSeen = () => stage.objects().some(({ object }) => object.metadata.generation === generation);
    await until('the change is seen', isSeen);
    await quiet();
    expect(writes()).toEqual([]);
    stage.lead(true);
    const isTold = `--for=jsonpath={.status.observedGeneration}=${generation}`;
    await server.kubectl('wait', 'provider/openai', isTold, '--timeout=60s');
    expect(writes()).toHaveLength(1);
  });

  it('comes when the API server is back', async () => {
    await server.startServer();
    const stage = await stageFor('GatewayClass', 'Gateway', 'Provider');
    await quiet();
    await server.stopServer();
    stage.judge({ nacks: new Map([['Provider/openai', 'refused while nobody listened']]) });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const tries = writes().length;
    expect(tries).toBeLessThan(8);
    await server.startServer();
    await server.kubectl('wait', 'provider/openai', '--for=condition=Accepted=False', '--timeout=60s');
  });

  it('of 2,000 objects is one write when one has changed, and none when nothing has', async () => {
    const place = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models', namespace: 'default' };
    await server.kubectl('delete', '--raw', '/apis/sluice.dev/v1alpha1/namespaces/default/models');
    const names = Array.from({ length: 2_000 }, (_, index) => `m${index}`);
    const waiting = [...names];
    const create = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const made = await watched.client.create(place, {
          apiVersion: 'sluice.dev/v1alpha1',
          kind: 'Model',
          metadata: { name, namespace: 'default' },
          spec: { targets: [{ provider: 'openai' }] },
        });
        if (!made.ok) throw new Error(made.error.message);
      }
    };
    await Promise.all(Array.from({ length: 8 }, create));
    const stage = await stageFor('GatewayClass', 'Gateway', 'Model');
    await until('every model is told', () => writes().length >= 2_000, { limitMs: 200_000 });
    await quiet();
    expect(writes()).toHaveLength(2_000);
    watched.calls.splice(0);
    await server.kubectl('patch', 'model', 'm7', '--type=merge', '-p', '{"spec":{"enabled":false}}');
    await server.kubectl('wait', 'model/m7', '--for=jsonpath={.status.observedGeneration}=2', '--timeout=60s');
    stage.reporter.changed();
    await quiet();
    expect(writes()).toEqual(['PATCH /apis/sluice.dev/v1alpha1/namespaces/default/models/m7/status']);
  }, 400_000);

  it('is not written for what is gone', async () => {
    await server.apply(openai);
    const stage = await stageFor('GatewayClass', 'Gateway', 'Provider');
    await quiet();
    const before = stage.objects();
    await server.kubectl('delete', 'provider', 'openai');
    watched.calls.splice(0);
    const late = createStatusReporter({
      client: watched.client,
      log,
      isLeader: () => true,
      quietMs: 1,
      outcome: () => ({
        controllerName,
        objects: before,
        generations: new Map(
          before.map((each) => [objectId(each.kind, each.object), each.object.metadata.generation ?? 1]),
        ),
        problems: [],
        isStale: () => false,
        attachments: [],
        nacks: new Map([['Provider/openai', 'too late']]),
        isPublished: true,
        silent: [],
        reach: new Map(),
        provisioned: new Map(),
      }),
    });
    cleanup(() => late.close());
    late.changed();
    await until('it is tried', () => writes().some((call) => call.includes('/providers/openai/')));
    late.changed();
    await quiet();
    expect(writes().filter((call) => call.includes('/providers/'))).toHaveLength(1);
  });
});

describe('refusals of configuration', () => {
  it('are Events that kubectl describe shows with the Gateway', async () => {
    const gateway = await statusOf('gateway', 'egress');
    const events = createRefusalEvents({ client: watched.client, gateway: () => gateway, log });
    cleanup(() => events.close());
    events.refused('egress', 'cluster', 'provider/openai: bad address');
    await until('the Event is there', async () =>
      (await server.kubectl('describe', 'gateway', 'egress')).includes('provider/openai: bad address'),
    );
    expect(await server.kubectl('get', 'events', '--field-selector=involvedObject.kind=Gateway')).toMatch(
      /Warning +ConfigurationRefused +gateway\/egress/,
    );
  });
});
