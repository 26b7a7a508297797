import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { destinationOf, readOtlpEnvironment } from './destination.ts';
import { createExporter, type DropReason, mostQueued, type SpanExporter } from './exporter.ts';
import { createPost } from './post.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import { createOtlpTracing } from './tracing.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function receiver(path?: string): Promise<Receiver> {
  const started = await startReceiver(path);
  cleanups.push(() => started.close());
  return started;
}

function exporting(endpoint: string | (() => string), env: Record<string, string> = {}) {
  const environment = readOtlpEnvironment({ OTEL_BSP_SCHEDULE_DELAY: '10', ...env });
  const counts = { sent: 0, dropped: new Map<DropReason, number>(), turns: [] as (string | undefined)[] };
  const post = createPost();
  const destination = () => destinationOf(typeof endpoint === 'string' ? endpoint : endpoint(), environment);
  const exporter: SpanExporter = createExporter({
    destination,
    post,
    resource: environment.resource,
    scope: 'test',
    delayMs: environment.delayMs,
    onSent: (spans) => {
      counts.sent += spans;
    },
    onDropped: (spans, reason) => void counts.dropped.set(reason, (counts.dropped.get(reason) ?? 0) + spans),
    onTurn: (failure) => counts.turns.push(failure),
    pauseMs: 5,
  });
  const now = () => performance.timeOrigin + performance.now();
  const tracing = createOtlpTracing({ isOn: () => destination() !== undefined, add: exporter.add, now });
  cleanups.push(() => post.close());
  const record = (spans: number): void => {
    for (let i = 0; i < spans; i += 1) tracing.startRequest(`span ${i}`, () => undefined, {})?.end();
  };
  return { exporter, tracing, counts, record };
}

const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}`;

describe('spans over OTLP', () => {
  it('reach the collector with their parents, fields, failures and the name of the service', async () => {
    const collector = await receiver();
    const { tracing, counts } = exporting(collector.url, { OTEL_SERVICE_NAME: 'gateway-1' });
    const request = tracing.startRequest('Gateway request', (name) => (name === 'traceparent' ? `${parent}-01` : ''), {
      'url.path': '/v1/models',
      absent: undefined,
    });
    const attempt = request?.child('Provider routing', { 'sluice.attempt': 1, share: 0.5, yes: true });
    attempt?.end('refused: Bearer abcdefgh12345678');
    attempt?.end();
    request?.end();
    await expect.poll(() => counts.sent).toBe(2);
    const [first, second] = collector.spans;
    expect(first).toMatchObject({ name: 'Provider routing', kind: 3, traceId: 'a'.repeat(32) });
    expect(first?.parentSpanId).toBe(second?.spanId);
    expect(first?.status).toEqual({ code: 2, message: 'refused: Bearer [masked]' });
    expect(first?.attributes).toEqual([
      { key: 'sluice.attempt', value: { intValue: '1' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
    ]);
    expect(second).toMatchObject({ name: 'Gateway request', kind: 2, parentSpanId: 'b'.repeat(16), status: {} });
    expect(second?.attributes).toEqual([{ key: 'url.path', value: { stringValue: '/v1/models' } }]);
    expect(collector.resource.get('service.name')).toBe('gateway-1');
  });

  it('are not recorded where nothing is configured, or the caller has decided against it', async () => {
    const off = exporting('').tracing;
    expect([off.isOn, off.startRequest('x', () => undefined, {})]).toEqual([false, undefined]);
    const disabled = exporting('http://127.0.0.1:1', { OTEL_SDK_DISABLED: 'true' }).tracing;
    expect(disabled.isOn).toBe(false);
    const on = exporting('http://127.0.0.1:1').tracing;
    expect(on.startRequest('x', () => `${parent}-00`, {})).toBeUndefined();
    expect(on.startRequest('x', () => 'nonsense', {})).toBeDefined();
  });

  it('follow a collector that changes while spans wait, and are dropped where there is none any more', async () => {
    const [one, two] = [await receiver(), await receiver()];
    let endpoint = one.url;
    const { counts, record } = exporting(() => endpoint);
    record(1);
    await expect.poll(() => one.spans.length).toBe(1);
    endpoint = two.url;
    record(2);
    await expect.poll(() => two.spans.length).toBe(2);
    record(3);
    endpoint = '';
    await expect.poll(() => counts.dropped.get('not_configured')).toBe(3);
    expect([one.spans.length, counts.sent]).toEqual([1, 3]);
  });

  it('are sent again after an answer that asks for it, in order and once', async () => {
    const collector = await receiver();
    collector.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '0' } });
    const { counts, record } = exporting(collector.url);
    record(3);
    await expect.poll(() => counts.sent).toBe(3);
    expect(collector.spans.map(({ name }) => name)).toEqual(['span 0', 'span 1', 'span 2']);
    expect(counts.turns).toEqual(['status 503', undefined]);
    expect(counts.dropped.size).toBe(0);
  });

  it('are dropped and counted after an answer that forbids another try, a redirect included', async () => {
    const collector = await receiver();
    collector.answers.push({ status: 401 }, { status: 307, headers: { location: 'http://127.0.0.1:1/' } });
    const { counts, record } = exporting(collector.url);
    record(2);
    await expect.poll(() => counts.dropped.get('refused')).toBe(2);
    record(1);
    await expect.poll(() => counts.dropped.get('refused')).toBe(3);
    expect(collector.headers).toHaveLength(2);
  });

  it('count as dropped where the collector says that it took only some', async () => {
    const collector = await receiver();
    collector.answers.push({ status: 200, body: '{"partialSuccess":{"rejectedSpans":"2"}}' });
    const { counts, record } = exporting(collector.url);
    record(5);
    await expect.poll(() => counts.sent).toBe(3);
    expect(counts.dropped.get('refused')).toBe(2);
  });

  it('are given up where nobody answers, and never wait in larger number than the queue has places', async () => {
    const { counts, record } = exporting('http://127.0.0.1:1', { OTEL_BSP_SCHEDULE_DELAY: '1' });
    record(mostQueued + 10);
    // One batch may be on its way already, which makes room for as many.
    expect((counts.dropped.get('queue_full') ?? 0) <= 10).toBe(true);
    record(600);
    expect(counts.dropped.get('queue_full') ?? 0).toBeGreaterThanOrEqual(98);
    await expect.poll(() => counts.dropped.get('unreachable'), { timeout: 5_000 }).toBeGreaterThanOrEqual(512);
    expect(counts.sent).toBe(0);
  });

  it('do not wait for a collector that never answers longer than the time-out', async () => {
    const { promise: never, resolve } = Promise.withResolvers<void>();
    const silent = createServer(() => never);
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    cleanups.push(() => {
      resolve();
      silent.close();
      silent.closeAllConnections();
    });
    const { port } = silent.address() as AddressInfo;
    const { counts, record } = exporting(`http://127.0.0.1:${port}`, { OTEL_EXPORTER_OTLP_TIMEOUT: '20' });
    record(1);
    await expect.poll(() => counts.turns).toEqual(['ABORT_ERR']);
  });

  it('leave before the end, and what cannot is counted', async () => {
    const collector = await receiver();
    const { exporter, counts, record } = exporting(collector.url, { OTEL_BSP_SCHEDULE_DELAY: '60000' });
    record(600);
    await exporter.close(2_000);
    expect([collector.spans.length, counts.sent]).toEqual([600, 600]);
    const lost = exporting('http://127.0.0.1:1', { OTEL_BSP_SCHEDULE_DELAY: '60000' });
    lost.record(600);
    await lost.exporter.close(2_000);
    expect(lost.counts.dropped.get('shutdown')).toBe(600);
  });
});

describe('where spans go', () => {
  const destination = (policy: string, env: Record<string, string>) => {
    const found = destinationOf(policy, readOtlpEnvironment(env));
    return found && [found.url.href, found.headers];
  };
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b, x-team=core' };
  const read = { 'x-key': 'a b', 'x-team': 'core' };

  it('is what the environment says, the variable for traces before the one for everything', () => {
    expect(destination('', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/', ...headers })).toEqual([
      'http://c:4318/base/v1/traces',
      read,
    ]);
    const both = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/x' };
    expect(destination('', both)).toEqual(['https://t/x', {}]);
    expect(destination('', { OTEL_TRACES_EXPORTER: 'none', ...both })).toBeUndefined();
  });

  it("is what the policy says before that, and headers never follow to another place than the environment's", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', ...headers };
    expect(destination('http://policy:4318', env)).toEqual(['http://policy:4318/v1/traces', {}]);
    expect(destination('http://c:4318', env)).toEqual(['http://c:4318/v1/traces', read]);
    expect(destination('http://policy:4318', headers)).toEqual(['http://policy:4318/v1/traces', read]);
  });

  it('is nowhere where a variable holds nonsense, which is said without its value', () => {
    const environment = readOtlpEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
    });
    expect(destinationOf('', environment)).toBeUndefined();
    expect(environment.problems).toHaveLength(3);
    expect(environment.problems.join()).not.toMatch(/hunter2/);
    expect(environment.timeoutMs).toBe(10_000);
  });
});
