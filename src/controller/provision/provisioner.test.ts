import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { scriptedObjects } from '../../../e2e/support/scripted-objects.ts';
import { type KubeError, kubeError } from '../../kube/error.ts';
import { ipv4Only } from '../../lib/address-families.ts';
import { silentLogger } from '../../lib/log.ts';
import { err, ok } from '../../lib/result.ts';
import { type Authority, createAuthority } from '../../pki/authority.ts';
import { type LiveObject, liveObject } from './live-object.ts';
import type { LiveObjects } from './live-objects.ts';
import { type ProvisionedKind, provisionedKinds } from './provisioned-kind.ts';
import { createProvisioner } from './provisioner.ts';
import type { ProvisionSettings } from './settings.ts';
import { edgeGateway as gateway } from './testing/edge-gateway.ts';
import type { WantedGateway, WantedGateways } from './wanted-gateways.ts';

const start = new Date('2026-11-21T00:00:00Z');
const names: Readonly<Record<string, ProvisionedKind>> = Object.fromEntries(
  Object.entries(provisionedKinds).map(([kind, { plural }]) => [plural, kind as ProvisionedKind]),
);
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority({ name: 'Sluice', now: start });
});

const wanted = (...gateways: WantedGateway[]): WantedGateways => ({
  gateways,
  released: new Set(),
  namespaces: new Set(['team-a']),
});
const plain: WantedGateway = { gateway, parameters: ok({}), parameterIds: {} };

/** The provisioner on objects in memory, whose watch shows what is there at once, or when told to. */
function provisioning({
  isLate = false,
  controllerName = 'sluice.dev/gateway-controller',
  tls = { serverName: 'controller' } as NonNullable<ProvisionSettings['xds']['tls']>,
} = {}) {
  const server = scriptedObjects();
  let shown = new Map(server.objects);
  const all = function* (): Generator<readonly [ProvisionedKind, LiveObject]> {
    for (const [path, object] of isLate ? shown : server.objects) {
      const kind = names[path.split('/').at(-2) ?? ''];
      if (kind !== undefined && object.metadata.labels?.['app.kubernetes.io/managed-by'] === 'sluice') {
        yield [kind, liveObject({ ...object, kind })];
      }
    }
  };
  const live: LiveObjects = {
    follow() {},
    hasSynced: () => isSynced,
    failure: () => unread,
    secretsOf: (namespace) => secrets.get(namespace) ?? 'known',
    all,
    get: (kind, namespace, name) =>
      [...all()].find(([of, each]) => of === kind && each.namespace === namespace && each.name === name)?.[1],
    close() {},
  };
  let isLeader = true;
  let isSynced = true;
  let unread: KubeError | undefined;
  const secrets = new Map<string, KubeError | 'reading'>();
  let time = start;
  const provisioner = createProvisioner({
    client: server.client,
    live,
    settings: {
      controllerName,
      images: { envoy: { registry: '', repository: 'envoy' }, processor: { registry: '', repository: 'processor' } },
      pullSecrets: [],
      families: ipv4Only,
      xds: { host: 'controller', port: 18_000, tls },
    },
    authorities: () => ({ signing: authority, trusted: [authority], retired: [], isSuccessorDue: false }),
    isLeader: () => isLeader,
    onChange() {},
    log: silentLogger,
    now: () => time,
  });
  return {
    server,
    provisioner,
    secrets,
    lead(next: boolean) {
      isLeader = next;
    },
    sync(next: boolean, failure?: KubeError) {
      isSynced = next;
      unread = failure;
    },
    show() {
      shown = new Map(server.objects);
    },
    /** Calls that one more look makes. */
    async look(hours = 0): Promise<readonly string[]> {
      time = new Date(start.getTime() + hours * 3_600_000);
      provisioner.look();
      await provisioner.settled();
      return server.calls();
    },
    async want(next: WantedGateways): Promise<readonly string[]> {
      provisioner.want(next);
      await provisioner.settled();
      return server.calls();
    },
  };
}

const path = (kind: string, name = 'edge'): string =>
  ({
    deployments: `/apis/apps/v1/namespaces/team-a/deployments/${name}`,
    services: `/api/v1/namespaces/team-a/services/${name}`,
  })[kind] ?? '';

describe('createProvisioner()', () => {
  it('makes everything once, the certificate first, and then writes nothing', async () => {
    const { want, look, provisioner } = provisioning();
    const calls = await want(wanted(plain));
    expect(calls.filter((call) => call.startsWith('APPLY'))).toEqual([
      'APPLY secrets team-a/edge-xds',
      'APPLY serviceaccounts team-a/edge',
      'APPLY configmaps team-a/edge',
      'APPLY deployments team-a/edge',
      // As many pods as the autoscaler is to keep, at once.
      'APPLY as sluice-replicas deployments team-a/edge',
      'APPLY services team-a/edge',
      'APPLY horizontalpodautoscalers team-a/edge',
      'APPLY poddisruptionbudgets team-a/edge',
    ]);
    for (let round = 0; round < 3; round++) expect(await look()).toEqual([]);
    expect(await want(wanted({ ...plain }))).toEqual([]);
    provisioner.close();
  });

  it('repairs what others change of ours, and leaves alone what is not ours', async () => {
    const { want, look, server, provisioner } = provisioning();
    await want(wanted(plain));
    server.change(path('deployments'), { spec: { replicas: 7 }, status: { readyReplicas: 3 } }, false);
    expect(await look()).toEqual([]);
    expect(provisioner.state().get('team-a/edge')).toEqual({ addresses: [], readyPods: 3 });
    server.change(path('services'), { spec: { type: 'NodePort', clusterIP: '10.0.0.9' } }, true);
    expect(await look()).toEqual(['APPLY services team-a/edge']);
    server.objects.delete(path('services'));
    expect(await look()).toEqual(['GET services team-a/edge', 'APPLY services team-a/edge']);
    provisioner.close();
  });

  it('does not write again what its watch has not shown yet', async () => {
    const { want, look, show, provisioner, server } = provisioning({ isLate: true });
    await want(wanted(plain));
    const asked = await look();
    expect(asked).toHaveLength(7);
    expect(asked.filter((call) => !call.startsWith('GET'))).toEqual([]);
    show();
    expect(await look()).toEqual([]);
    const changed: WantedGateway = { ...plain, parameters: ok({ ofGateway: { replicas: 3 } }) };
    expect(await want(wanted(changed))).toContain('APPLY deployments team-a/edge');
    expect((await look()).filter((call) => call.startsWith('APPLY'))).toEqual([]);
    show();
    expect(await look()).toEqual([]);
    expect(server.objects.has('/apis/autoscaling/v2/namespaces/team-a/horizontalpodautoscalers/edge')).toBe(false);
    provisioner.close();
  });

  it('removes what is no longer wanted of a Gateway, and all of one that changed hands', async () => {
    const { want, provisioner, server } = provisioning();
    await want(wanted(plain));
    expect(await want(wanted({ ...plain, parameters: ok({ ofGateway: { replicas: 1 } }) }))).toEqual([
      'APPLY deployments team-a/edge',
      'DELETE horizontalpodautoscalers team-a/edge',
      'DELETE poddisruptionbudgets team-a/edge',
    ]);
    // Not among the wanted, for whatever reason: it keeps what it has.
    expect(await want(wanted())).toEqual([]);
    await want({ gateways: [], released: new Set(['gateway-1']), namespaces: new Set() });
    expect([...server.objects.keys()]).toEqual([]);
    provisioner.close();
  });

  it('leaves alone what another release has made for a Gateway of its own, and for one that went there', async () => {
    const other = provisioning({ controllerName: 'sluice.dev/other' });
    await other.want(wanted(plain));
    const { want, look, server, provisioner } = provisioning();
    for (const [key, object] of other.server.objects) server.objects.set(key, object);
    const theirs = [...server.objects.keys()];
    await want({ gateways: [], released: new Set(['gateway-1']), namespaces: new Set(['team-a']) });
    await look();
    expect([...server.objects.keys()]).toEqual(theirs);
    // Back again: it is ours from the first write on.
    expect(await want(wanted(plain))).toContain('APPLY deployments team-a/edge');
    await want({ gateways: [], released: new Set(['gateway-1']), namespaces: new Set(['team-a']) });
    expect([...server.objects.keys()]).toEqual([]);
    provisioner.close();
    other.provisioner.close();
  });

  it('never takes over what somebody else has made', async () => {
    const { want, server, provisioner } = provisioning();
    server.create(path('services'), { metadata: { name: 'edge', namespace: 'team-a' }, spec: { mine: true } });
    const calls = await want(wanted(plain));
    expect(calls).not.toContain('APPLY services team-a/edge');
    expect(provisioner.state().get('team-a/edge')?.error).toBe(
      'Service team-a/edge exists and is not of this Gateway; remove it, or give the Gateway another name.',
    );
    expect(server.objects.get(path('services'))?.spec).toEqual({ mine: true });
    provisioner.close();
  });

  it('says what went wrong, keeps the rest, and mends it later', async () => {
    const { want, look, server, provisioner } = provisioning();
    server.fail((call) =>
      call.startsWith('APPLY deployments') ? kubeError(403, 'Forbidden', 'deployments.apps is forbidden') : undefined,
    );
    expect(await want(wanted(plain))).toContain('APPLY services team-a/edge');
    expect(provisioner.state().get('team-a/edge')?.error).toBe(
      'Deployment team-a/edge: Forbidden (403): deployments.apps is forbidden',
    );
    server.fail(undefined);
    expect(await look()).toEqual([]);
    expect(await look(1)).toContain('APPLY deployments team-a/edge');
    expect(provisioner.state().get('team-a/edge')).not.toHaveProperty('error');
    await want(wanted({ ...plain, parameters: err('parametersRef names nothing.') }));
    expect(provisioner.state().get('team-a/edge')?.error).toBe('parametersRef names nothing.');
    expect(server.objects.has(path('deployments'))).toBe(true);
    provisioner.close();
  });

  it('makes what other Gateways are to have though one of them is a riddle', async () => {
    const { provisioner, want } = provisioning();
    const spec = Object.defineProperty({ ...gateway.spec }, 'listeners', {
      get() {
        throw new Error('a fault of ours');
      },
    });
    const odd = { ...plain, gateway: { ...gateway, name: 'odd', uid: 'uid-odd', spec } };
    const calls = await want(wanted(odd, plain));
    expect(calls).toContain('APPLY deployments team-a/edge');
    expect(calls.filter((call) => call.includes('/odd'))).toEqual([]);
    expect(provisioner.state().get('team-a/odd')?.error).toMatch(/^What belongs to the Gateway cannot be made; /);
    expect(provisioner.state().get('team-a/edge')?.error).toBeUndefined();
  });

  it('makes the Gateways of other namespaces where Secrets of one cannot be read, and says so', async () => {
    const { provisioner, want, look, secrets } = provisioning();
    const other = { ...plain, gateway: { ...gateway, namespace: 'team-b', uid: 'uid-b' } };
    secrets.set('team-b', kubeError(403, 'Forbidden', 'not you'));
    const calls = await want(wanted(other, plain));
    expect(calls).toContain('APPLY deployments team-a/edge');
    expect(calls.filter((call) => call.includes('team-b'))).toEqual([]);
    const error = () => provisioner.state().get('team-b/edge')?.error;
    expect(error()).toBe('Secrets of its namespace cannot be read: Forbidden (403): not you');
    secrets.set('team-b', 'reading');
    expect(await look()).toEqual([]);
    expect(error()).toBeUndefined();
    secrets.delete('team-b');
    expect(await look()).toContain('APPLY secrets team-b/edge-xds');
  });

  it('needs no Secrets to be readable where it makes none', async () => {
    const { want, secrets } = provisioning({ tls: { serverName: 'controller', secretName: 'supplied' } });
    secrets.set('team-a', kubeError(403, 'Forbidden', 'not you'));
    expect(await want(wanted(plain))).toContain('APPLY deployments team-a/edge');
  });

  it('tries again by itself what has failed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { server, provisioner, want } = provisioning();
    server.fail((call) => (call.includes('services') ? kubeError(503, 'ServiceUnavailable', 'gone') : undefined));
    await want(wanted(plain));
    server.fail(() => undefined);
    await vi.advanceTimersByTimeAsync(2_000);
    await provisioner.settled();
    expect(server.calls()).toContain('APPLY services team-a/edge');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(server.calls()).toEqual([]);
  });

  it('asks once whose parameters are to blame for what the API server refuses', async () => {
    const { want, look, server, provisioner } = provisioning();
    const overlays = { deployment: { spec: { paused: 'maybe' } } };
    const wrong: WantedGateway = {
      gateway,
      parameters: ok({ ofClass: { replicas: 2 }, ofGateway: { overlays } }),
      parameterIds: { ofClass: 'GatewayParameters/all', ofGateway: 'GatewayParameters/team-a/own' },
    };
    server.fail((_call, body) =>
      JSON.stringify(body ?? '').includes('maybe') ? kubeError(422, 'Invalid', 'paused is no boolean') : undefined,
    );
    const isTrial = (call: string): boolean => call.startsWith('TRY');
    expect((await want(wanted(wrong))).filter(isTrial)).toHaveLength(2);
    expect(provisioner.state().get('team-a/edge')).toMatchObject({
      error: 'Deployment team-a/edge: Invalid (422): paused is no boolean',
      faulty: ['GatewayParameters/team-a/own'],
    });
    expect((await look()).filter(isTrial)).toEqual([]);
    expect(provisioner.state().get('team-a/edge')?.faulty).toEqual(['GatewayParameters/team-a/own']);
    await want(wanted(plain));
    expect(provisioner.state().get('team-a/edge')).not.toHaveProperty('faulty');
    provisioner.close();
  });

  it('knows whose parameters are to blame that nothing can be made, without asking', async () => {
    const { want, server, provisioner } = provisioning();
    const containers = [{ name: 'envoy', $patch: 'delete' }];
    const overlays = { deployment: { spec: { template: { spec: { containers } } } } };
    const wrong = { ofClass: { overlays }, ofGateway: { replicas: 2 } };
    const parameterIds = { ofClass: 'GatewayParameters/all', ofGateway: 'GatewayParameters/team-a/own' };
    expect(await want(wanted({ gateway, parameters: ok(wrong), parameterIds }))).toEqual([]);
    expect(provisioner.state().get('team-a/edge')).toMatchObject({
      error: expect.stringContaining('leaves out the container "envoy"'),
      faulty: ['GatewayParameters/all'],
    });
    await want(wanted(plain));
    expect(provisioner.state().get('team-a/edge')).not.toHaveProperty('faulty');
    expect(server.calls().filter((call) => call.startsWith('TRY'))).toEqual([]);
    provisioner.close();
  });

  it('asks once whether it is the address of the Gateway that the API server refuses', async () => {
    const { want, look, server, provisioner } = provisioning();
    const asking = { ...gateway, spec: { ...gateway.spec, addresses: [{ type: 'IPAddress', value: '203.0.113.9' }] } };
    const wanting: WantedGateway = { ...plain, gateway: asking as typeof gateway, parameters: ok({ ofGateway: {} }) };
    server.fail((_call, body) =>
      JSON.stringify(body ?? '').includes('203.0.113.9') ? kubeError(422, 'Invalid', 'is out of range') : undefined,
    );
    const trials = (calls: readonly string[]) => calls.filter((call) => call.startsWith('TRY'));
    expect(trials(await want(wanted(wanting)))).toEqual(['TRY services team-a/edge']);
    const state = () => provisioner.state().get('team-a/edge');
    const error = 'Service team-a/edge: Invalid (422): is out of range';
    expect(state()).toMatchObject({ error, unusableAddress: '203.0.113.9' });
    expect(trials(await look())).toEqual([]);
    expect(state()).toHaveProperty('unusableAddress');
    // Refused with and without the address: it is not to blame, and neither are the parameters.
    server.fail((call) => (call.includes(' services ') ? kubeError(403, 'Forbidden', 'no') : undefined));
    const another = { ...asking, spec: { ...asking.spec, addresses: [{ type: 'IPAddress', value: '10.0.0.1' }] } };
    await want(wanted({ ...wanting, gateway: another as typeof gateway }));
    expect(state()?.error).toContain('Forbidden');
    expect(state()).not.toHaveProperty('unusableAddress');
    provisioner.close();
  });

  it('writes only while it leads', async () => {
    const { want, look, lead, provisioner } = provisioning();
    lead(false);
    expect(await want(wanted(plain))).toEqual([]);
    lead(true);
    expect(await look()).toContain('APPLY deployments team-a/edge');
    provisioner.close();
  });

  it('renews certificates at half of their life, and nothing with them', async () => {
    const { want, look, provisioner } = provisioning();
    await want(wanted(plain));
    expect(await look(11)).toEqual([]);
    expect(await look(12)).toEqual(['APPLY secrets team-a/edge-xds']);
    expect(await look(13)).toEqual([]);
    provisioner.close();
  });

  it('tells the addresses of the Service', async () => {
    const { want, server, provisioner } = provisioning();
    await want(wanted(plain));
    const addresses = () => provisioner.state().get('team-a/edge')?.addresses;
    server.change(path('services'), { spec: { clusterIP: '10.0.0.9' } }, false);
    expect(addresses()).toEqual([{ type: 'IPAddress', value: '10.0.0.9' }]);
    const ingress = [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }];
    server.change(path('services'), { status: { loadBalancer: { ingress } } }, false);
    expect(addresses()).toEqual([
      { type: 'IPAddress', value: '192.0.2.1' },
      { type: 'Hostname', value: 'lb.example.com' },
    ]);
    provisioner.close();
  });

  it('writes nothing before it knows what is there', async () => {
    const { want, look, sync } = provisioning();
    sync(false);
    expect(await want(wanted(plain))).toEqual([]);
    sync(true);
    expect(await look()).toContain('APPLY deployments team-a/edge');
  });

  it('knows what there is when it has looked, and tells why it cannot', async () => {
    const { want, look, sync, lead, provisioner } = provisioning();
    const state = () => provisioner.state().get('team-a/edge');
    sync(false);
    await want(wanted(plain));
    expect(provisioner.hasLooked()).toBe(false);
    expect(state()).toEqual({ readyPods: 0 });
    sync(false, kubeError(403, 'Forbidden', 'no Services for you'));
    expect(state()).toEqual({
      readyPods: 0,
      error: 'What there is of it cannot be read: Forbidden (403): no Services for you',
    });
    sync(true);
    await look();
    expect(provisioner.hasLooked()).toBe(true);
    expect(state()).toEqual({ addresses: [], readyPods: 0 });
    lead(false);
    await look();
    expect(provisioner.hasLooked()).toBe(false);
  });

  it('does not tell of an error that was there when it led before', async () => {
    const { server, want, look, lead, provisioner } = provisioning();
    server.fail((call) => (call.includes(' services ') ? kubeError(403, 'Forbidden', 'no') : undefined));
    await want(wanted(plain));
    expect(provisioner.state().get('team-a/edge')).toHaveProperty('error');
    lead(false);
    await look();
    expect(provisioner.state().get('team-a/edge')).not.toHaveProperty('error');
  });

  it('blames nobody’s parameters for a certificate that is refused', async () => {
    const { server, want, provisioner } = provisioning();
    server.fail((call) =>
      call.startsWith('APPLY secrets') ? kubeError(403, 'Forbidden', 'exceeded quota') : undefined,
    );
    await want(
      wanted({ ...plain, parameters: ok({ ofGateway: { replicas: 1 } }), parameterIds: { ofGateway: 'own' } }),
    );
    expect(provisioner.state().get('team-a/edge')?.error).toContain('exceeded quota');
    expect(provisioner.state().get('team-a/edge')).not.toHaveProperty('faulty');
  });

  it('looks at everything anew when it leads again: another one has led meanwhile', async () => {
    const { server, want, look, lead } = provisioning();
    await want(wanted(plain));
    expect(await look()).toEqual([]);
    lead(false);
    expect(await look()).toEqual([]);
    lead(true);
    const calls = await look();
    expect(calls).toContain('APPLY deployments team-a/edge');
    // Nothing differs, so nothing has been changed by it.
    const versions = [...server.objects.values()].map(({ metadata }) => metadata.resourceVersion);
    expect(new Set(versions).size).toBe(versions.length);
    expect(await look()).toEqual([]);
  });
});
