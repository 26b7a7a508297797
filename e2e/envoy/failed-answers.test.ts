import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type UsageFile, usageFile } from '../support/usage-file.ts';

/* What becomes of the connection over which a provider has failed. */

/** Refuses every request, and counts the connections over which they came. */
async function refusing(answer: (response: ServerResponse) => void) {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close: () => server.close().closeAllConnections(),
  };
}

const text = JSON.stringify({ error: { message: 'Too many requests.' } });

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  short: (response) => response.writeHead(429, { 'content-length': text.length }).end(text),
  // Headers and body apart.
  slow: (response) => {
    response.writeHead(429, { 'content-length': text.length }).flushHeaders();
    setTimeout(() => response.end(text), 50);
  },
  empty: (response) => response.writeHead(429, { 'content-length': 0 }).end(),
  // What its length promises never comes.
  stalled: (response) => response.writeHead(429, { 'content-length': text.length }).flushHeaders(),
  // Nobody waits for what may never end.
  endless: (response) => void response.writeHead(429).write(text),
  long: (response) => response.writeHead(429, { 'content-length': 1_000_000 }).end('x'.repeat(1_000_000)),
};

const providers = new Map<string, Awaited<ReturnType<typeof refusing>>>();
let good: RecordingProvider;
let usage: UsageFile;
let gateway: TestGateway;
let recording: TestGateway;

beforeAll(async () => {
  usage = await usageFile();
  good = await startRecordingProvider((response) => answerJson(response, 200, { choices: [] }));
  for (const [name, answer] of Object.entries(answers)) providers.set(name, await refusing(answer));
  const provider = (name: string, port: number) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${name}}
spec: {schema: openai, endpoint: "http://127.0.0.1:${port}/v1", credential: {none: {}}}`;
  const model = (name: string, targets: readonly string[]) => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec:
  targets: [${targets.map((target, n) => `{provider: ${target}, priority: ${n}}`).join(', ')}]
  retry: {attemptTimeout: 1s, coolDown: {failures: 0}}`;
  const policy = (...more: readonly string[]) => ({
    policy: {
      'policy.yaml': [
        provider('good', good.port),
        ...[...providers].map(([name, { port }]) => provider(name, port)),
        ...[...providers.keys()].flatMap((name) => [model(name, [name, 'good']), model(`${name}-alone`, [name])]),
        ...more,
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: k}
spec: {hash: "sha256:${sha256Hex('sk-failed')}"}`,
      ].join('\n---'),
    },
  });
  gateway = await startGateway(policy());
  recording = await startGateway(policy(`\n${usage.policy}`));
});
afterAll(async () => {
  await gateway?.stop();
  await recording?.stop();
  for (const each of providers.values()) each.close();
  await good?.close();
  await usage?.remove();
});

async function ask(model: string, { url } = gateway) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-failed', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.text();
  return response;
}

const times = 5;

describe('a failed answer that another attempt follows', () => {
  it.each(['short', 'slow', 'empty'])('keeps the connection where it is %s', async (name) => {
    for (let n = 0; n < times; n++) expect((await ask(name)).status).toBe(200);
    expect(providers.get(name)?.connections).toBe(1);
  });

  it.each(['short', 'slow', 'empty'])('is told of in the record where it is %s', async (name) => {
    for (let n = 0; n < times; n++) {
      const response = await ask(name, recording);
      const record = await usage.recordOf(response.headers.get('x-request-id'));
      expect(record.attempts).toMatchObject([
        { provider: name, status: 429 },
        { provider: 'good', status: 200 },
      ]);
    }
    // One for each gateway.
    expect(providers.get(name)?.connections).toBe(2);
  });

  it.each(['endless', 'long'])('is not waited for where it is %s', async (name) => {
    for (let n = 0; n < times; n++) expect((await ask(name)).status).toBe(200);
    expect(providers.get(name)?.connections).toBe(times);
  });

  it('is waited for no longer than an attempt may take', async () => {
    const response = await ask('stalled');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-sluice-attempts')).toBe('stalled/stalled,good/stalled');
  });
});

describe('a failed answer that nothing follows', () => {
  it.each(['short', 'slow', 'empty', 'long'])('reaches the caller where it is %s', async (name) => {
    expect((await ask(`${name}-alone`)).status).toBe(429);
  });
});
