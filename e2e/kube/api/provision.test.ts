import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityKeeper, keepAuthority } from '../../../src/controller/authority/keeper.ts';
import { authoritySecret } from '../../../src/controller/authority/secret.ts';
import { takenText } from '../../../src/controller/provision/difference.ts';
import { type LiveObject, liveObject } from '../../../src/controller/provision/live-object.ts';
import { watchLiveObjects } from '../../../src/controller/provision/live-objects.ts';
import { createObjectWriter } from '../../../src/controller/provision/object-writer.ts';
import { createProvisioner, type Provisioner } from '../../../src/controller/provision/provisioner.ts';
import type { WantedObject } from '../../../src/controller/provision/render/render.ts';
import type { ProvisionSettings } from '../../../src/controller/provision/settings.ts';
import { wantedGateways } from '../../../src/controller/provision/wanted-gateways.ts';
import { ipv4Only } from '../../../src/lib/address-families.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import type { GatewayParametersSpec } from '../../../src/policy/gateway-parameters.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';

patience();
const cleanup = cleanupsAfterEach();
let server: KubeApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server?.close());

const settings: ProvisionSettings = {
  controllerName: 'sluice.dev/gateway-controller',
  images: {
    envoy: { registry: '', repository: 'sluice/envoy', tag: '1' },
    processor: { registry: '', repository: 'sluice/processor', tag: '1' },
  },
  pullSecrets: [],
  families: ipv4Only,
  xds: { host: 'controller.sluice-system.svc', port: 18_000, tls: { serverName: 'controller.sluice-system.svc' } },
};

interface Provisioning {
  readonly namespace: string;
  readonly provisioner: Provisioner;
  readonly watched: WatchedClient;
  /** Wants a Gateway as a golden input has it, with its parameters. */
  want(text: string, change?: GatewayParametersSpec): void;
  /** Writes since the last time. */
  writes(): readonly string[];
  /** Until nothing is written any more. */
  quiet(): Promise<void>;
}

let count = 0;

async function newNamespace(): Promise<string> {
  const name = `space-${++count}`;
  await server.kubectl('create', 'namespace', name);
  return name;
}

async function keep(
  { client }: WatchedClient,
  namespace: string,
  isLeader: boolean,
  now = () => new Date(),
): Promise<AuthorityKeeper> {
  const kept = await keepAuthority({
    secret: authoritySecret(client, namespace, 'sluice-xds-authority'),
    serverNames: ['controller.sluice-system.svc'],
    isLeader: () => isLeader,
    onChange() {},
    log: silentLogger,
    now,
  });
  if (!kept.ok) throw new Error(kept.error);
  cleanup(kept.value.close);
  return kept.value;
}

async function start(): Promise<Provisioning> {
  const namespace = await newNamespace();
  const watched = await watchedClient(server);
  cleanup(watched.close);
  const authority = await keep(watched, namespace, true);
  let provisioner: Provisioner | undefined;
  const live = watchLiveObjects({
    client: watched.client,
    namespaces: [namespace],
    onChange: () => provisioner?.look(),
    onError() {},
  });
  cleanup(live.close);
  const created = createProvisioner({
    client: watched.client,
    live,
    settings,
    authorities: authority.roles,
    isLeader: () => true,
    onChange() {},
    log: silentLogger,
  });
  provisioner = created;
  cleanup(created.close);
  const writes = (): readonly string[] =>
    watched.calls.splice(0).filter((call) => /^(PATCH|POST|PUT|DELETE)/.test(call));
  return {
    namespace,
    provisioner: created,
    watched,
    writes,
    want(text, change = {}) {
      const { documents } = parseDocuments(text.replaceAll('NAMESPACE', namespace), 'input.yaml', '.');
      const gateway = documents.find((document) => document.kind === 'Gateway');
      if (gateway?.kind !== 'Gateway') throw new Error('no Gateway');
      const objects = [
        {
          kind: 'Gateway',
          object: { metadata: { name: gateway.name, namespace, uid: 'b1946ac9-0000-4000-8000-000000000001' } },
        },
      ];
      const { gateways, ...rest } = wantedGateways({ controllerName: ours, documents, objects });
      const parameters = gateways.map((each) =>
        each.parameters.ok
          ? { ...each, parameters: { ok: true, value: { ...each.parameters.value, ofGateway: change } } as const }
          : each,
      );
      created.want({ gateways: parameters, ...rest });
    },
    async quiet() {
      const all = (): number => watched.calls.length;
      for (let before = -1; before !== all(); ) {
        before = all();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await created.settled();
      }
    },
  };
}

const ours = 'sluice.dev/gateway-controller';
const gatewayText = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: sluice-egress}
spec: {controllerName: ${ours}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: egress, namespace: NAMESPACE}
spec:
  gatewayClassName: sluice-egress
  listeners: [{name: http, port: 8080, protocol: HTTP}, {name: other, port: 80, protocol: HTTP}]
`;

describe('provisioning on a real API server', () => {
  it('makes what the API server takes, repairs every drift, and writes nothing in between', async () => {
    const { want, quiet, writes, provisioner, namespace } = await start();
    const kubectl = (...args: string[]) => server.kubectl('-n', namespace, ...args);
    const state = () => provisioner.state().get(`${namespace}/egress`);
    want(gatewayText, {
      // Spellings that the API server changes: they must not look like drift.
      envoy: { resources: { requests: { cpu: '1000m', memory: '0.5Gi' } }, env: [{ name: 'EMPTY', value: '' }] },
      pod: { tolerations: [{ key: 'a', operator: 'Exists' }] },
    });
    await until('the Service is there', () => (state()?.addresses?.length ?? 0) > 0, {
      seen: () => [...provisioner.state()],
    });
    await quiet();
    expect(state()).not.toHaveProperty('error');
    expect(writes().filter((call) => call.startsWith('PATCH'))).toHaveLength(8);
    // As many as the autoscaler is to keep, before it has looked.
    expect(Number(await kubectl('get', 'deployment/egress', '-o', 'jsonpath={.spec.replicas}'))).toBe(2);
    provisioner.look();
    await quiet();
    expect(writes()).toEqual([]);

    await kubectl('set', 'image', 'deployment/egress', 'envoy=somebody/else:1');
    await kubectl('label', 'service/egress', 'app.kubernetes.io/name-', 'mine=yes');
    await kubectl('delete', 'configmap/egress');
    const image = () => kubectl('get', 'deployment/egress', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    await until('the image is ours again', async () => (await image()) === 'sluice/envoy:1');
    const label = () =>
      kubectl('get', 'service/egress', '-o', 'jsonpath={.metadata.labels.app\\.kubernetes\\.io/name}');
    await until('the label is there again', async () => (await label()) === 'egress');
    const found = () => kubectl('get', 'configmap/egress', '--ignore-not-found', '-o', 'name');
    await until('the ConfigMap is there again', async () => (await found()) !== '');
    await quiet();
    expect(
      new Set(
        writes()
          .filter((call) => !call.startsWith('DELETE'))
          .map((call) => call.split('/').at(-2)),
      ),
    ).toEqual(new Set(['deployments', 'services', 'configmaps']));
    const labels = await kubectl('get', 'service/egress', '-o', 'jsonpath={.metadata.labels}');
    expect(JSON.parse(labels)).toMatchObject({ 'app.kubernetes.io/name': 'egress', mine: 'yes' });

    // A port of another number is theirs, with the name that ours has.
    const ports = () => kubectl('get', 'service/egress', '-o', 'jsonpath={.spec.ports[*].port}');
    const asWanted = await ports();
    const edit = [{ op: 'replace', path: '/spec/ports/0/port', value: 9999 }];
    await kubectl('patch', 'service/egress', '--type=json', `--patch=${JSON.stringify(edit)}`);
    await until('the port has its number again', async () => (await ports()) === asWanted, { seen: ports });
    await quiet();
    expect(state()).not.toHaveProperty('error');
    // And can have another one after that.
    want(gatewayText.replace('port: 8080', 'port: 8081'));
    await until('the port has another number', async () => (await ports()) === asWanted.replace('8080', '8081'));
    await quiet();
    expect(state()).not.toHaveProperty('error');
    writes();

    // The number of pods is the autoscaler's.
    await kubectl('scale', 'deployment/egress', '--replicas=4');
    await quiet();
    expect(writes()).toEqual([]);
    const replicas = async () => Number(await kubectl('get', 'deployment/egress', '-o', 'jsonpath={.spec.replicas}'));
    want(gatewayText, { replicas: 3 });
    await until('the autoscaler is gone', async () => (await kubectl('get', 'hpa')) === '');
    await quiet();
    expect(await replicas()).toBe(3);
    // Back to autoscaling: nobody's pods go before it has looked.
    want(gatewayText);
    await until('the autoscaler is back', async () => (await kubectl('get', 'hpa')) !== '');
    await quiet();
    expect(await replicas()).toBe(3);
    await kubectl('scale', 'deployment/egress', '--replicas=5');
    writes();
    await quiet();
    expect([await replicas(), writes()]).toEqual([5, []]);
  });

  it('takes back what lost its owner, and nothing of somebody else who has the labels', async () => {
    const { want, provisioner, namespace } = await start();
    const kubectl = (...args: string[]) => server.kubectl('-n', namespace, ...args);
    const error = () => provisioner.state().get(`${namespace}/egress`)?.error;
    const owned = async () => {
      const found = await kubectl('get', 'deployment,service,secret', '-o', 'json');
      const items = (JSON.parse(found) as { items: { metadata: { name: string; ownerReferences?: unknown[] } }[] })
        .items;
      return items
        .filter(({ metadata }) => metadata.name.startsWith('egress') && metadata.ownerReferences?.length === 1)
        .map(({ metadata }) => metadata.name)
        .sort();
    };
    const labels = `{app.kubernetes.io/managed-by: sluice, gateway.networking.k8s.io/gateway-name: egress}`;
    await server.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: egress, namespace: ${namespace}, labels: ${labels}, annotations: {sluice.dev/controller-name: ${ours}}}
data: {mine: "yes"}
`);
    want(gatewayText);
    const foreign = `ConfigMap ${namespace}/egress exists and is not of this Gateway`;
    await until('it says so', () => error()?.startsWith(foreign) === true, { seen: error });
    const all = await owned();
    expect(all).toHaveLength(3);

    const kinds = ['deployment/egress', 'service/egress', `secret/${all.find((name) => name !== 'egress')}`];
    const removal = '[{"op": "remove", "path": "/metadata/ownerReferences"}]';
    for (const each of kinds) await kubectl('patch', each, '--type=json', '-p', removal);
    await until('all have their owner again', async () => (await owned()).length === all.length, { seen: owned });
    expect(error()).toMatch(foreign);
    expect(await kubectl('get', 'configmap/egress', '-o', 'jsonpath={.data}')).toBe('{"mine":"yes"}');
    await kubectl('delete', 'configmap/egress');
    await until('all is well', () => error() === undefined, { seen: error });
  });

  it('writes to the object that it has seen, and to no other one that has its name since', async () => {
    const [namespace, name, owner] = [await newNamespace(), 'egress', 'uid-of-the-gateway'];
    const kubectl = (...args: string[]) => server.kubectl('-n', namespace, ...args);
    const watched = await watchedClient(server);
    cleanup(watched.close);
    let shown: LiveObject | undefined;
    const writer = createObjectWriter({
      client: watched.client,
      live: { get: () => shown },
      isLeader: () => true,
      log: silentLogger,
    });
    const wanted = (text: string): WantedObject => {
      const own = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name, uid: owner, controller: true };
      const metadata = { name, namespace, ownerReferences: [own] };
      return {
        kind: 'ConfigMap',
        namespace,
        name,
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } },
      };
    };
    const text = () => kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.text}');
    const made = async (next: string) => [await writer.write([wanted(next)], owner), await text()];
    expect(await made('one')).toEqual([undefined, 'one']);
    const found = await watched.client.get({ group: '', version: 'v1', plural: 'configmaps', namespace, name });
    if (!found.ok) throw new Error(found.error.message);
    shown = liveObject(found.value);
    expect(await made('two')).toEqual([undefined, 'two']);
    await kubectl('delete', 'configmap', name);
    expect(await made('three')).toEqual([undefined, 'three']);
    await kubectl('delete', 'configmap', name);
    await kubectl('create', 'configmap', name, '--from-literal=text=theirs');
    expect(await made('four')).toEqual([{ error: takenText(wanted('')) }, 'theirs']);
  });

  it('says in the words of the API server what it does not take', async () => {
    const { want, provisioner, namespace } = await start();
    want(gatewayText, { envoy: { resources: { requests: { cpu: 'much' } } } });
    const error = () => provisioner.state().get(`${namespace}/egress`)?.error;
    await until('it says so', () => error()?.startsWith('Deployment') === true, { seen: error });
    expect(error()).toMatch(/^Deployment [-a-z0-9]+\/egress: .*quantities must match/);
    want(gatewayText, { overlays: { deployment: { spec: { template: { spec: { dnsPolicy: 'Nobody' } } } } } });
    await until('it says so', () => error()?.includes('dnsPolicy') === true, { seen: error });
    want(gatewayText);
    await until('all is well', () => error() === undefined);
  });

  it('takes every golden', async () => {
    for (const name of ['team-a', 'sluice-dataplane']) {
      await server.apply(`apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
    }
    const folder = join(import.meta.dirname, '../../../src/controller/provision/render/testdata');
    for (const name of ['minimal', 'class-and-gateway', 'single']) {
      const output = await server.kubectl(
        ...['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', join(folder, `${name}.out.yaml`)],
      );
      expect(output.trim().split('\n').length, name).toBeGreaterThan(2);
    }
  });
});

describe('the authority of the controller', () => {
  it('is made once, is the same for every replica, and has a successor in time', async () => {
    const namespace = await newNamespace();
    const watched = await watchedClient(server);
    cleanup(watched.close);
    let time = Date.now();
    const hour = 3_600_000;
    const now = (): Date => new Date(time);
    const [leader, follower] = await Promise.all([
      keep(watched, namespace, true, now),
      keep(watched, namespace, false, now),
    ]);
    const looked = async () => {
      await leader.look();
      await follower.look();
    };
    const first = leader.roles().signing.certificate;
    expect(follower.roles().signing.certificate).toBe(first);
    expect(follower.serverTls().clientCa).toBe(first);

    time += 5 * 365 * 24 * hour + hour;
    await looked();
    expect(leader.roles().trusted).toHaveLength(2);
    expect(follower.roles()).toEqual(leader.roles());
    expect(leader.roles().signing.certificate).toBe(first);
    expect(follower.serverTls().clientCa).toContain(first);
    time += 2 * hour;
    await looked();
    expect(follower.roles().signing.certificate).not.toBe(first);
    time += 24 * hour;
    await looked();
    expect(follower.roles().trusted).toHaveLength(1);
    const data = await server.kubectl(
      ...['-n', namespace, 'get', 'secret/sluice-xds-authority', '-o', 'jsonpath={.data.ca\\.crt}'],
    );
    expect(Buffer.from(data, 'base64').toString()).not.toContain(first);
  });
});
