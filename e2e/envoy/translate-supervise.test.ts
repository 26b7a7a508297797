import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdminClient } from '../../src/envoy/admin.ts';
import { findEnvoy } from '../../src/envoy/binary.ts';
import { bootstrap } from '../../src/envoy/bootstrap.ts';
import { type SupervisedEnvoy, superviseEnvoy } from '../../src/envoy/process.ts';
import { ok } from '../../src/lib/result.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { translate } from '../../src/xds/translate/translate.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { answerJson, startRecordingProvider } from '../support/recording-provider.ts';
import { carryOut } from '../support/scripted-plan.ts';
import { startScriptedProcessor } from '../support/scripted-processor.ts';
import { patience } from '../support/until.ts';

const atEnd = cleanupsAfterEach();
let binary = '';

beforeAll(async () => {
  const found = await findEnvoy(process.env, () => undefined);
  if (!found.ok) throw new Error(found.error);
  binary = found.value.path;
});

function bootstrapWith(parts: { adminPort?: number; xdsPort?: number; processorPort?: number } = {}) {
  return bootstrap({
    nodeId: 'test',
    gateway: 'gateway',
    adminPort: parts.adminPort ?? 0,
    xds: { address: { host: '127.0.0.1', port: parts.xdsPort ?? 1 } },
    processors: [{ host: '127.0.0.1', port: parts.processorPort ?? 1 }],
  });
}

async function supervised(config = bootstrapWith()) {
  const crashes: string[] = [];
  const restarts: number[] = [];
  const accessLog: string[] = [];
  const started = await superviseEnvoy({
    binary,
    bootstrap: config,
    concurrency: 1,
    onAccessLog: (line) => accessLog.push(line),
    onLog: () => undefined,
    onCrash: ({ reason }) => crashes.push(reason),
    onRestart: ({ adminPort }) => restarts.push(adminPort),
  });
  if (!started.ok) throw new Error(started.error);
  atEnd(() => started.value.stop(0));
  return { envoy: started.value, crashes, restarts, accessLog };
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a supervised Envoy', () => {
  it('is started again when it dies, and gone after it is stopped', async () => {
    const { envoy, crashes, restarts } = await supervised();
    const { pid, adminPort } = envoy;
    process.kill(pid ?? 0, 'SIGKILL');
    await expect.poll(() => restarts, patience).toHaveLength(1);
    expect(crashes).toEqual(['Envoy ended by SIGKILL.']);
    // The admin page is where people were told that it is.
    expect([restarts, envoy.adminPort]).toEqual([[adminPort], adminPort]);
    expect((await createAdminClient(adminPort).version()).ok).toBe(true);
    const second = envoy.pid;
    await envoy.stop(1_000);
    expect([isAlive(second), envoy.pid]).toEqual([false, undefined]);
    expect(crashes).toHaveLength(1);
  });

  it('has another admin port where somebody has taken its own meanwhile, and says so', async () => {
    const { envoy, crashes, restarts } = await supervised();
    const { pid, adminPort } = envoy;
    process.kill(pid ?? 0, 'SIGKILL');
    await expect.poll(() => crashes, patience).toHaveLength(1);
    const taken = createServer().listen(adminPort, '127.0.0.1');
    atEnd(() => taken.close());
    await once(taken, 'listening');
    await expect.poll(() => restarts, patience).toHaveLength(1);
    expect(restarts).not.toContain(adminPort);
    expect(restarts).toEqual([envoy.adminPort]);
    expect(crashes[1]).toContain('the port is in use');
    expect((await createAdminClient(envoy.adminPort).version()).ok).toBe(true);
  });

  it('does not outlive a parent that is killed', async () => {
    const program = `
      import { superviseEnvoy } from '${import.meta.resolve('../../src/envoy/process.ts')}';
      const started = await superviseEnvoy({
        binary: ${JSON.stringify(binary)}, bootstrap: ${JSON.stringify(bootstrapWith())}, concurrency: 1,
        onAccessLog: () => {}, onLog: () => {}, onCrash: () => {}, onRestart: () => {},
      });
      console.log(started.value.pid);
      setInterval(() => {}, 1000);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(() => parent.kill('SIGKILL'));
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('is not started when the port of its admin page is in use, and one sentence says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    atEnd(() => taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    const adminPort = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(supervised(bootstrapWith({ adminPort }))).rejects.toThrow(
      `Envoy cannot listen on 127.0.0.1:${adminPort}: the port is in use. Stop what listens there.`,
    );
  });

  it('is not started with a bootstrap that it refuses, and one sentence says why', async () => {
    await expect(supervised({ nonsense: 1 })).rejects.toThrow(/^Envoy refuses its bootstrap: .*'nonsense'/);
  });

  it('cannot be started from a file that is not there', async () => {
    binary = '/no/such/envoy';
    await expect(supervised()).rejects.toThrow('Envoy cannot be run: spawn /no/such/envoy ENOENT.');
    binary = (await findEnvoy(process.env, () => undefined).then((found) => found.ok && found.value.path)) || '';
  });
});

describe('draining', () => {
  async function serving(delayMs: number): Promise<{ envoy: SupervisedEnvoy; url: string; accessLog: string[] }> {
    const provider = await startRecordingProvider((response) => {
      setTimeout(() => answerJson(response, 200, { done: true }), delayMs);
    });
    atEnd(() => provider.close());
    const processor = await startScriptedProcessor(carryOut({ chain: ['provider/a'] }));
    atEnd(() => processor.close());
    const xds = createXdsServer({ groupOf: () => ok('gateway') });
    atEnd(() => xds.close(0));
    const model = gatewayModel({ providers: [providerModel('a', provider.port)] });
    xds.publish('gateway', snapshotOf(translate(model, { systemCaFile: '/no/such/file' })));
    const { port: xdsPort } = await xds.listen({ host: '127.0.0.1', port: 0 });
    const { envoy, accessLog } = await supervised(bootstrapWith({ xdsPort, processorPort: processor.port }));
    const admin = createAdminClient(envoy.adminPort);
    await expect.poll(() => admin.isReady(), { timeout: 10_000 }).toBe(true);
    const page = await fetch(`http://127.0.0.1:${envoy.adminPort}/listeners`).then((response) => response.text());
    const address = /^127\.0\.0\.1:0::(.+)$/m.exec(page)?.[1];
    const versions = await admin.resources();
    expect(versions.ok && [...versions.value.keys()].sort()).toEqual(['cluster', 'listener', 'route']);
    return { envoy, url: `http://${address}/v1/chat/completions`, accessLog };
  }

  it('lets a running request finish, and then ends', async () => {
    const { envoy, url, accessLog } = await serving(500);
    const answer = fetch(url, { method: 'POST', body: '{}' });
    await sleep(150);
    const startedAt = performance.now();
    const stopped = envoy.stop(5_000);
    expect(await (await answer).json()).toEqual({ done: true });
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(accessLog.filter((line) => line.includes('"status":200'))).toHaveLength(1);
  });

  it('ends what still runs when the time is over', async () => {
    const { envoy, url } = await serving(30_000);
    const answer = fetch(url, { method: 'POST', body: '{}' }).catch((error: unknown) => error);
    await sleep(150);
    const startedAt = performance.now();
    await envoy.stop(300);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await answer).toBeInstanceOf(Error);
  });
});
