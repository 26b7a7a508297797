import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import { createAuthority } from '../support/certificates.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { underLoad } from '../support/under-load.ts';
import { until } from '../support/until.ts';
import {
  fromText,
  listenerPort,
  startUpstream,
  startXds,
  startXdsEnvoy,
  type Transport,
  transports,
} from '../support/xds-envoy.ts';
import { type RunningSite, startSite } from '../support/xds-running-site.ts';
import { site, tlsListener } from '../support/xds-site.ts';

const cleanup = cleanupsAfterEach();
const authority = createAuthority('authority of the test');

/** Names in the certificate that is shown, or why there is none. */
function handshake(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().subjectaltname ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('an Envoy over ADS', () => {
  const delta: Transport = { variant: 'delta', isAggregated: true };

  it.each(transports.filter(({ isAggregated }) => isAggregated))(
    'starts with nothing at all ($name)',
    async (transport) => {
      const xds = await startXds();
      cleanup(xds.close);
      await xds.publish([]);
      const began = Date.now();
      const envoy = await startXdsEnvoy(transport, xds.port);
      cleanup(envoy.stop);
      // Without an answer it would wait for 15 seconds, twice.
      expect(Date.now() - began).toBeLessThan(14_000);
      expect([...xds.sent()].sort()).toEqual(['cluster 0', 'listener 0']);
    },
  );

  it('that restarts under a state with a fault starts with all that is right', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, delta);
    const good = site(delta, { clusters: { one: ports.first }, routeTo: 'one' });
    const bad = fromText('cluster', 'bad', { name: 'bad', type: 'EDS', connect_timeout: '1s' });
    await xds.publish([...good, bad], true);
    expect(await get('/')).toBe('200 first first-token');
    await envoy.stop();
    const again = await startXdsEnvoy(delta, xds.port);
    cleanup(again.stop);
    const port = await listenerPort(again, 'front');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('first first-token');
    expect(xds.nacks()).toHaveLength(2);
  });

  it('takes a listener under a new name on the same address', async () => {
    for (const transport of transports.filter(({ isAggregated }) => isAggregated)) {
      const free = await startUpstream('placeholder');
      free.close();
      const named = (listener: string) => (ports: RunningSite['ports']) =>
        site(transport, { clusters: { one: ports.first }, routeTo: 'one', listener, port: free.port });
      const { xds, envoy, ports } = await startSite(cleanup, transport, named('front'));
      await xds.publish(named('renamed')(ports));
      expect(xds.nacks()).toEqual([]);
      expect(await envoy.admin('/listeners')).toContain('renamed');
      expect(await (await fetch(`http://127.0.0.1:${free.port}/direct`)).text()).toBe('hello');
    }
  });

  it('hears of a removal in order: new cluster, routes, old cluster', async () => {
    const { xds, ports } = await startSite(cleanup, delta);
    const before = xds.sent().length;
    await xds.publish(site(delta, { clusters: { two: ports.second }, routeTo: 'two' }));
    const order = xds.sent().slice(before);
    expect(order.filter((each) => !each.startsWith('endpoint'))).toEqual(['cluster 1', 'route 1', 'cluster -1']);
  });

  it('uses a rotated secret for the next request, also while a cluster warms', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, delta);
    await xds.publish(site(delta, { clusters: { one: ports.first }, routeTo: 'one', token: 'rotated' }));
    expect(await get('/')).toBe('200 first rotated');
    await xds.publish(
      site(delta, { clusters: { one: ports.first }, routeTo: 'one', token: 'again', connectTimeout: '4s' }),
    );
    expect(await get('/')).toBe('200 first again');
    expect(await envoy.stat('cluster_manager.warming_clusters')).toBe(0);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
  });

  it('goes on with a secret that is taken away while in use', async () => {
    const { xds, ports, get } = await startSite(cleanup, delta);
    const withoutSecret = site(delta, { clusters: { one: ports.first }, routeTo: 'one' }).filter(
      ({ name }) => name !== 'token',
    );
    await xds.publish(withoutSecret, true);
    expect(await get('/')).toBe('200 first first-token');
    expect(xds.nacks()).toEqual([]);
  });

  it('serves every request while twenty states follow each other', async () => {
    const { xds, envoy, ports, get } = await startSite(cleanup, delta);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) token-\d+$|^200 first first-token$/);
    const secured = (round: number): Resource[] => tlsListener(delta, authority.issue(`round-${round}.example.com`));
    let finishTls: (() => Promise<readonly string[]>) | undefined;
    let tlsPort = 0;
    for (let round = 0; round < 20; round++) {
      const name = `round-${round}`;
      const port = round % 2 === 0 ? ports.second : ports.first;
      const state = site(delta, { clusters: { [name]: port }, routeTo: name, token: `token-${round}` });
      await xds.publish([...state, ...secured(round)]);
      if (finishTls === undefined) {
        tlsPort = await listenerPort(envoy, 'secured');
        finishTls = underLoad(() => handshake(tlsPort), /^DNS:round-\d+\.example\.com$/);
      }
      await until(
        'the rotated certificate is shown',
        async () => (await handshake(tlsPort)) === `DNS:round-${round}.example.com`,
      );
      expect(await get('/')).toBe(`200 ${round % 2 === 0 ? 'second' : 'first'} token-${round}`);
    }
    expect(await finish()).toEqual([]);
    expect(await finishTls?.()).toEqual([]);
    expect(xds.nacks()).toEqual([]);
    // Certificates are secrets: none of them was a new listener.
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
  });
});
