import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { underLoad } from '../support/under-load.ts';
import { until } from '../support/until.ts';
import { assignment, fromText, startXds, transports } from '../support/xds-envoy.ts';
import { startSite } from '../support/xds-running-site.ts';
import { site } from '../support/xds-site.ts';

const cleanup = cleanupsAfterEach();

const types = ['cluster', 'endpoint', 'secret', 'listener', 'route'];

describe.each(transports)('an Envoy over $name', (transport) => {
  it('starts with all that is published, asked for once', async () => {
    const { xds, get } = await startSite(cleanup, transport);
    expect(await get('/direct')).toBe('200 hello');
    expect(await get('/')).toBe('200 first first-token');
    expect(xds.nacks()).toEqual([]);
    expect([...xds.sent()].sort()).toEqual(types.map((type) => `${type} 1`).sort());
  });

  it('follows changes of every type without a failed request', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, transport);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) (first|second)-token$/);
    await xds.publish(
      site(transport, {
        clusters: { one: ports.second },
        routeTo: 'one',
        greeting: 'changed',
        token: 'second-token',
        connectTimeout: '2s',
      }),
    );
    await until('the new endpoint and token are used', async () => (await get('/')) === '200 second second-token');
    await until('the new greeting is given', async () => (await get('/direct')) === '200 changed');
    expect(await finish()).toEqual([]);
    expect(xds.nacks()).toEqual([]);
    expect(await envoy.stat('cluster_manager.warming_clusters')).toBe(0);
  });

  it('makes a changed cluster warm at once, although its endpoints are the same', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, transport);
    await xds.publish(site(transport, { clusters: { one: ports.first }, routeTo: 'one', connectTimeout: '3s' }));
    await until('the cluster has changed', async () => (await envoy.stat('cluster_manager.cluster_modified')) === 1);
    await until('it is warm', async () => (await envoy.stat('cluster_manager.warming_clusters')) === 0);
    expect(await envoy.stat('cluster.one.init_fetch_timeout')).toBe(0);
    expect(await get('/')).toBe('200 first first-token');
  });

  it('lets go of a cluster after its routes have, without a failed request', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, transport);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) first-token$/);
    await xds.publish(site(transport, { clusters: { two: ports.second }, routeTo: 'two' }));
    await until('the new cluster is used', async () => (await get('/')) === '200 second first-token');
    await until('the old one has gone', async () => !/^one::/m.test(await envoy.admin('/clusters')));
    // Streams of their own have no common order: there a route may come before the cluster that it names.
    const failed = await finish();
    if (transport.isAggregated) expect(failed).toEqual([]);
    expect(xds.nacks()).toEqual([]);
  });

  it('keeps working without a server, and goes on with the next', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, transport);
    await get('/');
    await xds.close();
    expect(await get('/')).toBe('200 first first-token');

    const next = await startXds({ port: xds.port });
    cleanup(next.close);
    await next.publish(site(transport, { clusters: { one: ports.first }, routeTo: 'one' }));
    const isBack = () => next.sent().length > 0 && next.clients().length > 0;
    await until('it has connected again', isBack);
    await pause(700);
    expect(next.nacks()).toEqual([]);
    // Delta clients say what they have: nothing moves but the empty answers that wildcards get.
    if (transport.variant === 'delta') {
      expect(new Set(next.sent())).toEqual(new Set(['cluster 0', 'listener 0']));
    }
    expect(await envoy.stat('cluster_manager.cluster_modified')).toBe(0);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);

    await next.publish(site(transport, { clusters: { one: ports.second }, routeTo: 'one', greeting: 'from the next' }));
    await until('the new endpoint is used', async () => (await get('/')) === '200 second first-token');
    await until('the new greeting is given', async () => (await get('/direct')) === '200 from the next');
  });

  it('refuses what is wrong once, serves what was right, and takes what is mended', async () => {
    const { xds, ports, get } = await startSite(cleanup, transport);
    const good = site(transport, { clusters: { one: ports.first, two: ports.second }, routeTo: 'one' });
    const bad = fromText('cluster', 'bad', { name: 'bad', type: 'EDS', connect_timeout: '1s' });
    const badAssignment = fromText('endpoint', 'bad', assignment('bad', ports.first));
    await xds.publish([...good, bad, badAssignment], true);
    expect(xds.nacks()).toHaveLength(1);
    expect(xds.nacks()[0]).toContain('bad');
    // Over streams of their own, new clusters open theirs for their endpoints a little later.
    await pause(200);
    const sent = xds.sent().length;
    await xds.publish([...good, bad, badAssignment], true);
    await pause(500);
    expect(xds.sent()).toHaveLength(sent);
    expect(await get('/')).toBe('200 first first-token');

    await xds.publish(site(transport, { clusters: { one: ports.first, two: ports.second }, routeTo: 'two' }));
    await until('the mended state is in force', async () => (await get('/')) === '200 second first-token');
    expect(xds.nacks()).toHaveLength(1);
  });
});
