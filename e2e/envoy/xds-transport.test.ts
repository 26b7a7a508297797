import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeUrls } from '../../src/xds/snapshot/type-url.ts';
import { transports, xdsBootstrap } from '../feature/support/xds-envoy.ts';
import { askerOf, expectSoon, listenerNames, startBackend, startGateway } from '../feature/support/xds-gateway.ts';
import { startControlPlane } from '../feature/support/xds-plane.ts';
import { startEnvoy } from '../support/envoy-process.ts';

const everyType = 'cluster endpoint listener route secret';
const isSettled = { isComplete: true, missing: [] };

describe.each(transports)('Envoy told by $name', (transport) => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  beforeAll(async () => {
    gateway = await startGateway(transport);
  });
  afterAll(() => gateway?.stop());

  const baseWithout = (typeUrl: string) => gateway.base().filter((resource) => resource.typeUrl !== typeUrl);

  it('starts with everything in place', async () => {
    expect(await gateway.ask('/direct')).toBe('200 one');
    expect(await gateway.ask('/')).toBe('200 backend says first');
    expect(await gateway.plane.settled()).toEqual(isSettled);
    expect(gateway.plane.refusals()).toEqual([]);
  });

  it('takes over a changed route table', async () => {
    const { make, plane } = gateway;
    plane.publish([...baseWithout(typeUrls.route), make.route('t', 'two', 'a')]);
    await expectSoon(() => gateway.ask('/direct'), '200 two');
    plane.publish(gateway.base());
    await expectSoon(() => gateway.ask('/direct'), '200 one');
  });

  it('takes over a changed endpoint', async () => {
    const { make, plane } = gateway;
    const other = await startBackend('another');
    plane.publish([...baseWithout(typeUrls.endpoint), make.endpoint('a', other.port)]);
    await expectSoon(() => gateway.ask('/'), '200 another says first');
    plane.publish(gateway.base());
    await expectSoon(() => gateway.ask('/'), '200 backend says first');
    await other.close();
  });

  it('takes over a rotated secret without a change of the cluster that uses it', async () => {
    const { make, plane } = gateway;
    const before = await gateway.envoy.stat('cluster_manager.cluster_modified');
    plane.publish([...baseWithout(typeUrls.secret), make.secret('key', 'second')]);
    await expectSoon(() => gateway.ask('/'), '200 backend says second');
    expect(await gateway.envoy.stat('cluster_manager.cluster_modified')).toBe(before);
    plane.publish(gateway.base());
    await expectSoon(() => gateway.ask('/'), '200 backend says first');
  });

  it('is sent the endpoints again when only their cluster changes, so that it does not warm for ever', async () => {
    const { make, plane, envoy } = gateway;
    const before = await envoy.stat('cluster_manager.cluster_modified');
    const changed = make.cluster('a', { secret: 'key', connectTimeout: '2s' });
    const startedAt = performance.now();
    plane.publish([...baseWithout(typeUrls.cluster), changed]);
    await expectSoon(() => envoy.stat('cluster_manager.cluster_modified'), before + 1);
    await expectSoon(() => envoy.stat('cluster_manager.warming_clusters'), 0);
    // Left alone, Envoy takes what it had for the cluster after 15 s.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await plane.settled()).toEqual(isSettled);
    expect(await gateway.ask('/')).toBe('200 backend says first');
    plane.publish(gateway.base());
    expect(await plane.settled()).toEqual(isSettled);
  });

  it('gets and loses a whole chain of listener, routes, cluster and endpoints', async () => {
    const { make, plane, envoy, backend } = gateway;
    const cluster = [make.cluster('b'), make.endpoint('b', backend.port)];
    plane.publish([...gateway.base(), make.listener('l2', 't2'), make.route('t2', 'more', 'b'), ...cluster]);
    await expectSoon(() => listenerNames(envoy), 'l l2');
    const ask = await askerOf(envoy, 'l2');
    await expectSoon(() => ask('/'), '200 backend says nothing');
    plane.publish(gateway.base());
    await expectSoon(() => listenerNames(envoy), 'l');
    await expectSoon(() => envoy.stat('cluster_manager.active_clusters'), 2);
    expect(await gateway.ask('/')).toBe('200 backend says first');
    expect(plane.refusals()).toEqual([]);
  });

  it('serves on while it is cut off, and comes back to a second server', async () => {
    const { make, plane, relay, envoy } = gateway;
    const long = 'x'.repeat(4_000);
    const state = [...baseWithout(typeUrls.route), make.route('t', long, 'a')];
    plane.publish(state);
    await expectSoon(() => gateway.ask('/direct'), `200 ${long}`);
    await plane.settled();
    const replica = await startControlPlane();
    replica.publish(state);
    relay.leadTo(replica.port);
    relay.takeBytes();
    const before = await envoy.stat('cluster_manager.cluster_modified');
    relay.cut();
    expect(await gateway.ask('/')).toBe('200 backend says first');
    await expectSoon(() => replica.settledTypes(), everyType);
    const bytes = relay.takeBytes();
    // In delta Envoy says what it holds, and nothing moves; state of the world moves everything.
    if (transport.apiType === 'DELTA_GRPC') expect(bytes).toBeLessThan(2_000);
    else expect(bytes).toBeGreaterThan(4_000);
    expect(await envoy.stat('cluster_manager.cluster_modified')).toBe(before);

    replica.publish(gateway.base());
    await expectSoon(() => gateway.ask('/direct'), '200 one');
    plane.publish(gateway.base());
    relay.leadTo(plane.port);
    await replica.close();
    await expectSoon(() => plane.settledTypes(), everyType);
  });

  it('refuses a bad cluster once, takes the good ones beside it, and serves on', async () => {
    const { make, plane, envoy, backend } = gateway;
    const rejected = await envoy.stat('cluster_manager.cds.update_rejected');
    const good = [make.cluster('good'), make.endpoint('good', backend.port)];
    const state = [...baseWithout(typeUrls.route), ...good, make.badCluster('bad')];
    plane.publish([...state, make.route('t', 'with good', 'good')]);
    await expectSoon(() => gateway.ask('/'), '200 backend says nothing');
    expect(plane.refusals()).toEqual([expect.stringContaining('bad')]);

    // Neither time nor a change of another type brings the refused cluster back.
    await sleep(300);
    plane.publish([...state, make.route('t', 'with a', 'a')]);
    await expectSoon(() => gateway.ask('/direct'), '200 with a');
    expect(await envoy.stat('cluster_manager.cds.update_rejected')).toBe(rejected + 1);

    plane.publish([...gateway.base(), ...good, make.cluster('bad'), make.endpoint('bad', backend.port)]);
    await expectSoon(() => envoy.stat('cluster_manager.active_clusters'), 4);
    expect(await plane.settled()).toEqual(isSettled);
    plane.publish(gateway.base());
    await expectSoon(() => envoy.stat('cluster_manager.active_clusters'), 2);
    expect(plane.refusals()).toHaveLength(1);
    plane.forgetRefusals();
  });

  it('serves what is good when it is restarted under a configuration that it refuses', async () => {
    const { make, plane } = gateway;
    plane.publish([...gateway.base(), make.badCluster('bad')]);
    await expectSoon(() => plane.refusals().length, 1);
    await gateway.restartEnvoy();
    await expectSoon(() => gateway.ask('/'), '200 backend says first');
    expect(plane.refusals()).toHaveLength(2);
    plane.publish(gateway.base());
    plane.forgetRefusals();
  });

  it('starts with nothing at all', async () => {
    const plane = await startControlPlane();
    plane.publish([]);
    const envoy = await startEnvoy(xdsBootstrap(transport, plane.port));
    try {
      expect(await envoy.stat('cluster_manager.active_clusters')).toBe(1);
      expect(plane.refusals()).toEqual([]);
    } finally {
      await envoy.stop();
      await plane.close();
    }
  });
});
