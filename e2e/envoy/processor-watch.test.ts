import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/* Failures behind a 200, on a real Envoy: with `bodyError` and `firstTokenTimeout` they lead to the next target. */

type Behaviour = (response: ServerResponse, provider: string) => void;

let gateway: TestGateway;
let providers: RecordingProvider[];
let behave: Behaviour;

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const role = event({ choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] });
const token = (text: string) => event({ choices: [{ delta: { content: text }, finish_reason: null }] });

beforeAll(async () => {
  providers = await Promise.all(['a', 'b'].map((name) => startRecordingProvider((response) => behave(response, name))));
  const provider = (name: string, index: number) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${name}}
spec: {schema: openai, endpoint: "http://127.0.0.1:${providers[index]?.port}/v1", credential: {none: {}}}`;
  const model = (name: string, retry: string) => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec:
  targets: [{provider: a, model: up-a}, {provider: b, model: up-b, priority: 1}]
  retry: {coolDown: {failures: 0}, ${retry}}`;
  gateway = await startGateway({
    policy: {
      'policy.yaml': [
        provider('a', 0),
        provider('b', 1),
        model('plain', 'attemptTimeout: 5s'),
        model('watched', 'on: [429, 5xx, connect, reset, timeout, bodyError]'),
        model('quick', 'on: [429, 5xx, connect, reset, timeout, bodyError], firstTokenTimeout: 300ms'),
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: k}
spec: {hash: "sha256:${sha256Hex('sk-watch')}"}`,
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await Promise.all(providers.map((provider) => provider.close()));
});
beforeEach(() => {
  behave = (response, name) => answerJson(response, 200, { from: name });
});

async function ask(model: string, stream = false) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-watch', 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream }),
  });
  return {
    status: response.status,
    attempts: response.headers.get('x-sluice-attempts'),
    body: await response.text().catch((error: Error) => `broken: ${error.message}`),
  };
}

function streaming(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

describe('an error as body of a 200', () => {
  beforeEach(() => {
    behave = (response, name) =>
      answerJson(response, 200, name === 'a' ? { error: { message: 'no' } } : { from: name });
  });

  it('leads to the next target where the policy asks for it', async () => {
    expect(await ask('watched')).toEqual({ status: 200, attempts: 'a/up-a,b/up-b', body: '{"from":"b"}' });
  });

  it('is the answer where it does not', async () => {
    expect(await ask('plain')).toMatchObject({ status: 200, attempts: 'a/up-a', body: '{"error":{"message":"no"}}' });
  });

  it('is an error for the caller when nobody else answers', async () => {
    behave = (response) => answerJson(response, 200, { error: { message: 'no' } });
    expect(await ask('watched')).toEqual({
      status: 502,
      attempts: 'a/up-a,b/up-b',
      body: '{"error":{"message":"no"}}',
    });
  });
});

describe('a body that breaks off', () => {
  it('leads to the next target', async () => {
    behave = (response, name) => {
      if (name === 'b') return answerJson(response, 200, { from: name });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"from":');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await ask('watched')).toEqual({ status: 200, attempts: 'a/up-a,b/up-b', body: '{"from":"b"}' });
  });
});

describe('a stream', () => {
  it('whose first event is an error leads to the next target', async () => {
    behave = (response, name) => {
      streaming(response);
      response.end(name === 'a' ? event({ error: { message: 'overloaded' } }) : token('b') + token('c'));
    };
    expect(await ask('watched', true)).toEqual({
      status: 200,
      attempts: 'a/up-a,b/up-b',
      body: token('b') + token('c'),
    });
  });

  it('without a first token in time leads to the next target', async () => {
    behave = (response, name) => {
      streaming(response);
      response.write(role);
      if (name === 'b') response.end(token('quick'));
      else setTimeout(() => response.end(token('slow')), 2_000);
    };
    const startedAt = performance.now();
    expect(await ask('quick', true)).toEqual({
      status: 200,
      attempts: 'a/up-a,b/up-b',
      body: role + token('quick'),
    });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('that has begun in time may take its time, and comes piece by piece', async () => {
    behave = (response) => {
      streaming(response);
      response.write(role + token('1'));
      setTimeout(() => response.write(token('2')), 500);
      setTimeout(() => response.end(token('3')), 800);
    };
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-watch', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'quick', stream: true }),
    });
    const times: number[] = [];
    const startedAt = performance.now();
    let text = '';
    for await (const piece of response.body ?? []) {
      times.push(performance.now() - startedAt);
      text += Buffer.from(piece).toString();
    }
    expect(text).toBe(role + token('1') + token('2') + token('3'));
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(times[0]).toBeLessThan(400);
  });

  it('of several megabytes arrives whole, to a slow reader as well', async () => {
    const piece = token('x'.repeat(16 * 1024));
    behave = (response) => {
      streaming(response);
      let left = 256;
      const write = (): void => {
        while (left-- > 0) if (!response.write(piece)) return void response.once('drain', write);
        response.end();
      };
      write();
    };
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-watch', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'watched', stream: true }),
    });
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes < 300_000) await sleep(5);
    }
    expect(bytes).toBe(256 * piece.length);
  });

  it('that fails on every target is the error of the last one', async () => {
    behave = (response, name) => {
      streaming(response);
      response.end(event({ error: { message: name } }));
    };
    expect(await ask('watched', true)).toEqual({
      status: 502,
      attempts: 'a/up-a,b/up-b',
      body: '{"error":{"message":"b"}}',
    });
  });

  it('that is refused with a status is left to the router', async () => {
    behave = (response, name) => answerJson(response, name === 'a' ? 429 : 400, { error: { message: name } });
    expect(await ask('watched', true)).toMatchObject({ status: 400, attempts: 'a/up-a,b/up-b' });
  });
});
