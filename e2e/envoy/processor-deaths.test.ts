import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { providerOf } from '../support/caller.ts';
import { healthyProcessors, type ProcessorProcess } from '../support/gateway.ts';
import { askWhileItDies, expectDeathWhileAProviderThinks } from '../support/processor-death.ts';
import { clearly, clients, failureOf, report, resilienceSite, secret } from '../support/resilience-site.ts';
import { until } from '../support/until.ts';

const site = resilienceSite();

async function requestsOf(processor: ProcessorProcess | undefined): Promise<number> {
  const metrics = (await processor?.metrics()) ?? '';
  return [...metrics.matchAll(/^sluice_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

describe('with two processors', () => {
  it('one that is killed costs at most the requests that it held', async () => {
    await site.start({ processors: 2 });
    const asking = site.load();
    await sleep(500);
    await site.gateway.processors[0]?.kill('SIGKILL');
    await sleep(1_500);
    await site.gateway.processors[0]?.restart();
    await sleep(500);
    const result = await asking.stop();
    report('one of two processors killed', result);
    // Those it held: no client has more than one request, and a chain has two streams, one of which may be on each.
    expect(result.failures.length).toBeLessThanOrEqual(clients);
    for (const failure of result.failures) expect(failure).toBe('503 gateway_not_ready');
    expect(result.count).toBeGreaterThan(100);
  });

  it('one that is asked to end loses nothing', async () => {
    await site.start({ processors: 2 });
    const asking = site.load();
    await sleep(500);
    await site.gateway.processors[0]?.kill('SIGTERM');
    await sleep(500);
    await site.gateway.processors[0]?.restart();
    await sleep(500);
    const result = await asking.stop();
    report('one of two processors drained', result);
    expect(result.failures).toEqual([]);
  });

  it('one that hangs is passed over while the other lives, and asked again when it answers', async () => {
    await site.start({ processors: 2 });
    const [hanging] = site.gateway.processors;
    const asked = (): Promise<string | undefined> =>
      site.ask({ model: 'plain' }).then((answer) => failureOf('plain', answer));
    process.kill(hanging?.pid ?? 0, 'SIGSTOP');
    // Those that meet it before Envoy knows wait for it, as long as for anything a processor may do.
    const held = Promise.all(Array.from({ length: 10 }, asked));
    await healthyProcessors(site.gateway.envoy, 1);
    for (let request = 0; request < 40; request++) expect(await asked()).toBeUndefined();
    const failures = (await held).filter((failure) => failure !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(failures)).toEqual(new Set(['503 gateway_not_ready']));

    process.kill(hanging?.pid ?? 0, 'SIGCONT');
    await healthyProcessors(site.gateway.envoy, 2);
    const before = await requestsOf(hanging);
    for (let request = 0; request < 10; request++) expect(await asked()).toBeUndefined();
    expect(await requestsOf(hanging)).toBeGreaterThan(before);
  });

  it('both of which hang are tried as before: what they answer in time is an answer', async () => {
    await site.start({ processors: 2 });
    const pids = site.gateway.processors.map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await healthyProcessors(site.gateway.envoy, 0);
    const waiting = Promise.all(Array.from({ length: 4 }, () => site.ask({ model: 'plain' })));
    await sleep(300);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    for (const answer of await waiting) expect(failureOf('plain', answer)).toBeUndefined();
  });

  it('a later attempt is answered right, whichever of them it meets', async () => {
    await site.start({ processors: 2 });
    site.practice.behave({ account: 'bad', fault: { kind: 'status', status: 503 } });
    for (let request = 0; request < 40; request++) {
      const content = `number ${request}`;
      const answer = await site.ask({ model: 'chain', content, stream: request % 2 === 0 });
      expect(answer.status, answer.text).toBe(200);
      expect(providerOf(answer)).toBe('good');
    }
    const later = site.practice.requests.filter(({ account }) => account === 'good');
    expect(later.map(({ body }) => JSON.stringify(body).match(/number \d+/)?.[0])).toEqual(
      Array.from({ length: 40 }, (_, request) => `number ${request}`),
    );
    const metrics = (await Promise.all(site.gateway.processors.map((each) => each.metrics()))).join('\n');
    const relayed = [...metrics.matchAll(/sluice_later_attempts_total\{outcome="relayed"\} (\d+)/g)];
    const count = relayed.reduce((sum, [, value]) => sum + Number(value), 0);
    console.info(`later attempts that met the other processor: ${count} of 40`);
    expect(count).toBeGreaterThan(0);
  });
});

describe('with one processor', () => {
  it('its death is told in a clear 503 until it is back', async () => {
    await site.start();
    const asking = site.load();
    await sleep(300);
    await site.gateway.processors[0]?.kill('SIGKILL');
    await sleep(200);
    const whileDown = await site.ask({ model: 'plain' });
    expect(whileDown.status).toBe(503);
    expect(clearly(whileDown)).toBe('503 gateway_not_ready');
    await site.gateway.processors[0]?.restart();
    await until('requests are answered again', async () => (await site.ask({ model: 'plain' })).status === 200);
    await sleep(300);
    const result = await asking.stop();
    report('the only processor killed and started again', result);
    expect(new Set(result.failures)).toEqual(new Set(['503 gateway_not_ready']));
  });

  it('its death in the middle of a request is told as well, and the request goes nowhere', async () => {
    await site.start();
    expect(clearly(await askWhileItDies(site, { authorization: `Bearer ${secret}` }))).toBe('503 gateway_not_ready');
    expect(site.practice.requests).toHaveLength(0);
  });

  it('its death while a provider thinks is told, and a stream that has begun goes on', async () => {
    await site.start();
    await expectDeathWhileAProviderThinks(site, { authorization: `Bearer ${secret}` });
  });
});
