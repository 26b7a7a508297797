import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRefusalEvents } from '../../../src/controller/conditions/refusal-events.ts';
import { createLogger } from '../../../src/lib/log.ts';
import type { Kind } from '../../../src/policy/kinds.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import {
  controllerName,
  egressGateway,
  openai,
  type StatusSite,
  startStatusSite,
} from '../../support/kube-api/status-site.ts';

patience();
const cleanup = cleanupsAfterEach();
let site: StatusSite;

beforeAll(async () => {
  site = await startStatusSite();
});

afterAll(() => site?.close());

beforeEach(() => site.forgetWrites());

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
    for (const kind of kindsSeen) await site.server.kubectl('delete', kind, '--all');
    await site.server.apply(egressGateway);
    await site.server.apply(openai);
    await site.server.apply(`
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
    const stage = await site.stage(cleanup, kindsSeen, {
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
    await site.server.kubectl('wait', 'gatewayclass/sluice-egress', '--for=condition=Accepted', '--timeout=60s');
    await site.server.kubectl('wait', 'gateway/egress', '--for=condition=Programmed', '--timeout=60s');
    await site.server.kubectl('wait', 'provider/openai', '--for=condition=Programmed', '--timeout=60s');
    await site.server.kubectl('wait', 'provider/openai', '--for=condition=Warning', '--timeout=60s');
    await site.server.kubectl('wait', 'aigatewayroute/chat', '--for=condition=Accepted', '--timeout=60s');
    const accepted = { type: 'Accepted', status: 'True', observedGeneration: 1 };
    expect(await site.objectOf('gateway', 'egress')).toMatchObject({
      status: {
        addresses: [{ type: 'IPAddress', value: '10.96.0.20' }],
        listeners: [
          { name: 'http', attachedRoutes: 2, conditions: expect.arrayContaining([expect.objectContaining(accepted)]) },
        ],
      },
    });
    const answer = { controllerName, conditions: expect.arrayContaining([expect.objectContaining(accepted)]) };
    expect(await site.objectOf('httproute', 'web')).toMatchObject({
      status: { parents: [{ ...answer, parentRef: egress }] },
    });
    expect(await site.objectOf('clienttrafficpolicy', 'large')).toMatchObject({
      status: { ancestors: [{ ...answer, ancestorRef: egress }] },
    });
    expect(await site.objectOf('backendtlspolicy', 'vllm')).toMatchObject({ status: { ancestors: [answer] } });
    await site.quiet();
    // One write for each object, whatever else is asked: a status is no change of what is written.
    expect(site.writes()).toHaveLength(7);
    expect(stage.objects().map(({ object }) => object.metadata.generation)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    for (let round = 0; round < 3; round++) {
      stage.reporter.changed();
      await site.quiet();
    }
    expect(site.writes()).toHaveLength(7);
  });

  it('shows in the columns of kubectl get', async () => {
    expect(await site.server.kubectl('get', 'provider', 'openai')).toMatch(/ACCEPTED.*\n.*True/);
    expect(await site.server.kubectl('get', 'gateway', 'egress')).toMatch(
      /ADDRESS +PROGRAMMED.*\n.*10\.96\.0\.20 +True/,
    );
  });

  it('leaves the answers of another controller alone that writes at the same time', async () => {
    const stage = await site.stage(cleanup, ['GatewayClass', 'Gateway', 'HTTPRoute']);
    const place = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', namespace: 'default' };
    const theirs = 'example.com/controller';
    let lost = 0;
    for (let round = 1; round <= 20; round++) {
      const now = await site.client.get({ ...place, name: 'web' });
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
      const written = await site.client.patchStatus(
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
      const text = JSON.stringify((await site.objectOf('httproute', 'web')).status);
      return text.includes('refused in the end') && text.includes('round 20"');
    });
  });
});

describe('refusals of configuration', () => {
  it('are Events that kubectl describe shows with the Gateway', async () => {
    const gateway = await site.objectOf('gateway', 'egress');
    const events = createRefusalEvents({
      client: site.client,
      gateway: () => gateway,
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    cleanup(() => events.close());
    events.refused('egress', 'cluster', 'provider/openai: bad address');
    await until('the Event is there', async () =>
      (await site.server.kubectl('describe', 'gateway', 'egress')).includes('provider/openai: bad address'),
    );
    expect(await site.server.kubectl('get', 'events', '--field-selector=involvedObject.kind=Gateway')).toMatch(
      /Warning +ConfigurationRefused +gateway\/egress/,
    );
  });
});
