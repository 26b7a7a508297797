import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createAdminClient } from '../../src/envoy/admin.ts';
import { bootstrap } from '../../src/envoy/bootstrap.ts';
import { ok } from '../../src/lib/result.ts';
import { startProgramServer } from '../../src/program/testing/program-server.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { startEnvoy } from '../support/envoy-process.ts';
import { accepting, freePort } from '../support/ports.ts';
import { startTestProcessor } from '../support/test-processor.ts';
import { until } from '../support/until.ts';

const cleanup = cleanupsAfterEach();

/** What a kubelet sees of a pod's Envoy, and its probes would be told. */
async function start(processorPort: number) {
  const xds = createXdsServer({ groupOf: () => ok('main') });
  const { port } = await xds.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => xds.close(100));
  const healthPort = await freePort();
  const config = bootstrap({
    gateway: 'main',
    // Not any port: the metrics are read from it.
    adminPort: await freePort(),
    xds: { address: { host: '127.0.0.1', port } },
    processors: [{ host: '127.0.0.1', port: processorPort }],
    health: { host: '127.0.0.1', port: healthPort },
  });
  const envoy = await startEnvoy(config, { args: ['--service-node', 'pod-1'], waitFor: 'admin' });
  cleanup(envoy.stop);
  const get = async (path: string, method = 'GET') => {
    const url = `http://127.0.0.1:${healthPort}${path}`;
    const response = await fetch(url, { method, signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    return { status: response?.status ?? 0, text: (await response?.text()) ?? '' };
  };
  const ready = async (): Promise<number> => (await get('/ready')).status;
  return { xds, envoy, get, ready, healthPort };
}

describe('the health listener of an Envoy in a pod', () => {
  it('is ready with a complete configuration and a processor attached, not before and not without', async () => {
    const processorPort = await freePort();
    const { xds, get, ready, healthPort } = await start(processorPort);
    await until('Envoy asks', () => xds.clients().length > 0);
    expect(xds.clients()[0]?.node.id).toBe('pod-1');
    expect(await ready()).toBe(0);

    xds.publish('main', snapshotOf([]));
    await accepting(healthPort);
    expect((await get('/live')).status).toBe(200);
    expect(await ready()).toBe(503);

    const args = ['--listen', `127.0.0.1:${processorPort}`];
    const processor = await startTestProcessor({ program: undefined, args });
    cleanup(() => processor[Symbol.asyncDispose]());
    await sleep(1_500);
    // It runs, but has no program yet.
    expect(await ready()).toBe(503);
    await processor[Symbol.asyncDispose]();

    const complete = await startTestProcessor({ program: {}, args });
    await until('the pod is ready', async () => (await ready()) === 200);
    await complete[Symbol.asyncDispose]();
    await until('the pod is not ready', async () => (await ready()) === 503);
    expect((await get('/live')).status).toBe(200);
  });

  it('is not ready while its processor hangs, and is again when it answers', async () => {
    const processorPort = await freePort();
    const plane = await startProgramServer({});
    cleanup(() => plane.close());
    const args = ['--listen', `127.0.0.1:${processorPort}`, '--admin', '127.0.0.1:0', '--xds', plane.address];
    const main = join(import.meta.dirname, '../../cmd/processor/main.ts');
    const processor = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
    cleanup(() => processor.kill('SIGKILL'));
    const { xds, ready, get } = await start(processorPort);
    xds.publish('main', snapshotOf([]));
    await until('the pod is ready', async () => (await ready()) === 200);
    processor.kill('SIGSTOP');
    await until('the pod is not ready', async () => (await ready()) === 503);
    expect((await get('/live')).status).toBe(200);
    processor.kill('SIGCONT');
    await until('the pod is ready again', async () => (await ready()) === 200);
  });

  it('is not ready while Envoy is being emptied, and asks callers to close their connections', async () => {
    const processor = await startTestProcessor({ program: {} });
    cleanup(() => processor[Symbol.asyncDispose]());
    const address = processor.processor.address;
    const { xds, ready, envoy, healthPort } = await start('port' in address ? address.port : 0);
    xds.publish('main', snapshotOf([]));
    await until('the pod is ready', async () => (await ready()) === 200);
    const admin = createAdminClient(envoy.adminPort);
    const connection = async () =>
      (await fetch(`http://127.0.0.1:${healthPort}/live`)).headers.get('connection') ?? 'kept';
    expect(await connection()).not.toBe('close');
    expect((await admin.failHealthChecks()).ok).toBe(true);
    expect(await ready()).toBe(503);
    expect(await connection()).toBe('close');
    expect((await admin.passHealthChecks()).ok).toBe(true);
    expect(await ready()).toBe(200);
  });

  it('is emptied by the processor when the pod ends, and taken back when only the processor did', async () => {
    const processorPort = await freePort();
    const { xds, ready, envoy } = await start(processorPort);
    xds.publish('main', snapshotOf([]));
    const args = [
      ...['--listen', `127.0.0.1:${processorPort}`, '--envoy-admin', String(envoy.adminPort)],
      ...['--drain-min', '1', '--drain-max', '5'],
    ];
    const first = await startTestProcessor({ program: {}, args });
    await until('the pod is ready', async () => (await ready()) === 200);
    const hook = first.admin('/drained');
    const began = performance.now();
    const stopped = first[Symbol.asyncDispose]();
    await until('the pod is not ready', async () => (await ready()) === 503);
    expect(await hook).toEqual({ status: 200, body: 'drained\n' });
    expect(performance.now() - began).toBeGreaterThan(1_000);
    await stopped;

    const second = await startTestProcessor({ program: {}, args });
    cleanup(() => second[Symbol.asyncDispose]());
    await until('the pod is ready again', async () => (await ready()) === 200);
    expect((await second.admin('/drained')).status).toBe(503);
  }, 30_000);

  it('shows metrics, and nothing else of the admin page', async () => {
    const { xds, get, healthPort } = await start(1);
    xds.publish('main', snapshotOf([]));
    await accepting(healthPort);
    expect((await get('/stats/prometheus?usedonly')).text).toContain('envoy_server_live');
    for (const path of ['/config_dump', '/quitquitquit', '/stats', '/', '/certs']) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await get('/stats/prometheus', 'POST')).status).toBe(404);
  });
});
