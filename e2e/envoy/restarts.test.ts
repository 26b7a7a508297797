import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { model } from '../support/policy-documents.ts';
import { clients, failureOf, report, resilienceSite } from '../support/resilience-site.ts';
import { until } from '../support/until.ts';

const site = resilienceSite();

describe('the control plane', () => {
  it('may be restarted: nothing fails, and what was changed meanwhile arrives', async () => {
    await site.start({ processors: 2 });
    const asking = site.load();
    await sleep(200);
    await site.gateway.restartControlPlane(async () => {
      await site.gateway.save({ 'added.yaml': model('added', ['good/upstream-added']) });
      await sleep(500);
    });
    await until('the change is in force', async () => (await site.ask({ model: 'added' })).status === 200);
    await until('everybody is back', () => site.gateway.plane.status().clients.length === 3, {
      seen: () => site.gateway.plane.status().clients,
    });
    // And the next one, over the new connections.
    await site.gateway.write('again.yaml', model('again', ['good/upstream-again']));
    expect((await site.ask({ model: 'again' })).status).toBe(200);
    const result = await asking.stop();
    report('control plane restarted', result);
    expect(result.failures).toEqual([]);
  });

  it('may come last', async () => {
    await site.start({ isControlPlaneLast: true, processors: 2 });
    expect((await site.ask({ model: 'plain' })).status).toBe(200);
    expect((await site.ask({ model: 'chain' })).status).toBe(200);
  });
});

describe('Envoy', () => {
  it('costs, when it is restarted under load, what it held and what came while nobody listened', async () => {
    await site.start({ processors: 2 });
    const asking = site.load(20);
    await sleep(500);
    expect(asking.failures).toEqual([]);
    await site.gateway.restartEnvoy();
    await until(
      'requests are answered again',
      async () => (await site.ask({ model: 'plain' }).catch(() => undefined))?.status === 200,
    );
    // Those that were refused a moment ago have been told by now.
    await sleep(100);
    const failed = asking.failures.length;
    const answered = asking.count;
    await sleep(500);
    const result = await asking.stop();
    report('Envoy restarted', result);
    expect(result.failures.length).toBe(failed);
    expect(result.count).toBeGreaterThan(answered);
    const refused = result.failures.filter((failure) => failure.includes('ECONNREFUSED'));
    const held = result.failures.filter((failure) => !failure.includes('ECONNREFUSED'));
    expect(refused.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(clients);
    // Of the connection, never an answer that is none.
    for (const failure of held) expect(failure).toMatch(/ECONNRESET|EPIPE|other side closed|terminated/);
  });

  it('has all of its configuration again when it is restarted', async () => {
    await site.start({ processors: 2 });
    expect((await site.ask({ model: 'plain' })).status).toBe(200);
    await site.gateway.write('added.yaml', model('added', ['good/upstream-added']));
    await site.gateway.restartEnvoy();
    // A client would find its old connections closed; here a new one is asked for.
    const fresh = { headers: { connection: 'close' } };
    expect((await site.ask({ model: 'added', ...fresh })).status).toBe(200);
    site.practice.behave({ account: 'bad', fault: { kind: 'status', status: 503 } });
    expect(failureOf('chain', await site.ask({ model: 'chain', ...fresh }))).toBeUndefined();
    const envoys = site.gateway.plane.status().clients.filter(({ kind }) => kind === 'envoy');
    expect(envoys.flatMap(({ types }) => types.map(({ state }) => state))).toEqual(Array(4).fill('synced'));
  });
});
