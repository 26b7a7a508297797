import { describe, expect, it } from 'vitest';
import { bootstrap } from '../../src/envoy/bootstrap.ts';
import { familiesOf } from '../../src/lib/address-families.ts';
import { listenHost } from '../../src/lib/listen-host.ts';
import { ok } from '../../src/lib/result.ts';
import { inClusterOf } from '../../src/model/build/place.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { startEnvoy } from '../support/envoy-process.ts';
import { gatewayModel } from '../support/gateway-model.ts';
import { loopbacks } from '../support/loopbacks.ts';
import { freePort } from '../support/ports.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';
import { until } from '../support/until.ts';

/** A real Envoy for callers of both families. On a machine with one family only the tests are of that one. */
const cleanup = cleanupsAfterEach();
const hosts = loopbacks();
/** As a controller here would have it, were this machine a pod. */
const families = familiesOf(hosts.map((host) => host.replace(/[[\]]/g, '')).join(','));

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status ?? 0;
}

describe('an Envoy whose pods have addresses of both families', () => {
  it('takes callers of both on one listener', async () => {
    const address = inClusterOf(families).boundAddress(undefined);
    expect(address).toBe(await listenHost('::'));
    const running = await startTranslatedEnvoy(
      gatewayModel({ listeners: [{ name: 'http', address, port: 0, hostnames: [], origins: [] }] }),
      { processors: [{ host: '127.0.0.1', port: await freePort() }] },
    );
    cleanup(() => running.stop());
    const port = await running.port('http');
    // There is no processor: it is Envoy that answers.
    for (const host of hosts) expect([host, await statusOf(`http://${host}:${port}/v1/models`)]).toEqual([host, 503]);
  });

  it.each(hosts)('reaches a controller that listens on every address by %s, and is probed by all', async (host) => {
    const xds = createXdsServer({ groupOf: () => ok('main') });
    const { port } = await xds.listen({ host: '::', port: 0 });
    cleanup(() => xds.close(100));
    xds.publish('main', snapshotOf([]));
    const healthPort = await freePort();
    const config = bootstrap({
      gateway: 'main',
      adminPort: 0,
      xds: { address: { host: host.replace(/[[\]]/g, ''), port } },
      processors: [{ host: '127.0.0.1', port: await freePort() }],
      health: { host: await listenHost('::'), port: healthPort },
    });
    const envoy = await startEnvoy(config, { args: ['--service-node', 'pod-1'], waitFor: 'admin' });
    cleanup(envoy.stop);
    for (const each of hosts) {
      await until(`${each} is answered`, async () => (await statusOf(`http://${each}:${healthPort}/live`)) === 200);
    }
  });
});
