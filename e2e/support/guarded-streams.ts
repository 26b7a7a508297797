import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type Receiver, startReceiver } from '../../src/lib/otlp/testing/receiver.ts';
import { apiShapes } from './api-shapes.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { document, documents } from './policy-documents.ts';
import { type RecordedRequest, type RecordingProvider, startRecordingProvider } from './recording-provider.ts';
import { until } from './until.ts';
import { everythingWritten } from './written.ts';

export const forbidden = 'TCK-123456';
export const told = `about ${forbidden} and "größe"`;
export const hidden = 'about [TICKET] and "größe"';
export const mail = 'ana.garcia@payments-team.org';
export const token = /EMAIL_ADDRESS_[a-z0-9]+/g;
const keys = ['redacting', 'blocking', 'reversing', 'observing'];

export const shapeOf = (name: string) => {
  const shape = apiShapes.find((each) => each.name === name);
  if (shape?.stream === undefined) throw new Error(`no streams of ${name}`);
  return { ...shape, stream: shape.stream };
};
export const chat = shapeOf('chat.completions');

export type Answer = (response: ServerResponse, request: RecordedRequest) => unknown;

/** What the tests of a file share: one gateway whose guardrails each have a key of their own. */
export interface GuardedStreams {
  /** How the provider answers. */
  answer: Answer;
  readonly gateway: TestGateway;
  readonly provider: RecordingProvider;
  ask(key: string, body: object, path?: string, signal?: AbortSignal): Promise<Response>;
  /** The whole of an answer, as it came. */
  streamOf(key: string, text?: string, shape?: typeof chat): Promise<string>;
  /** Of what the tests said. Only behind tests that found something. */
  expectNothingLeft(): Promise<void>;
}

/** Starts before the tests of the file that calls it, and ends behind them. */
export function guardedStreams(): GuardedStreams {
  let collector: Receiver;
  let provider: RecordingProvider;
  let gateway: TestGateway;

  const site: GuardedStreams = {
    answer: (response) => void response.destroy(),
    get gateway() {
      return gateway;
    },
    get provider() {
      return provider;
    },
    ask(key, body, path = chat.path, signal) {
      return fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      });
    },
    async streamOf(key, text = 'hello', shape = chat) {
      const response = await site.ask(key, shape.request(text, true), shape.path);
      expect(response.status).toBe(200);
      return response.text();
    },
    expectNothingLeft: () => expectNothingLeft(gateway, collector),
  };

  beforeAll(async () => {
    collector = await startReceiver();
    provider = await startRecordingProvider((response, request) => void site.answer(response, request));
    process.env.OTEL_BSP_SCHEDULE_DELAY = '20';
    gateway = await startGateway({
      env: { TENANT_SECRET: 'a tenant secret of more than thirty-two characters' },
      policy: { 'policy.yaml': policyOf(provider, collector) },
    });
    delete process.env.OTEL_BSP_SCHEDULE_DELAY;
  });
  afterAll(async () => {
    await gateway?.stop();
    await provider?.close();
    collector?.close();
  });
  beforeEach(() => {
    (provider.requests as unknown[]).length = 0;
  });
  return site;
}

function policyOf(provider: RecordingProvider, collector: Receiver): string {
  const endpoint = `http://127.0.0.1:${provider.port}/v1`;
  const rail = (key: string, rule: object) => document('Guardrail', key, { scope: { keys: [key] }, rules: [rule] });
  const tickets = { name: 'tickets', regex: { pattern: 'TCK-\\d{6}' }, redaction: { style: 'text', text: '[TICKET]' } };
  return documents(
    ...['openai', 'anthropic'].map((schema) =>
      document('Provider', schema, { schema, endpoint, credential: { none: {} } }),
    ),
    document('Model', 'm', {
      targets: [{ provider: 'openai' }, { provider: 'anthropic' }],
      retry: { coolDown: { failures: 0 } },
    }),
    rail('redacting', { ...tickets, on: ['response'], action: 'redact' }),
    rail('blocking', { ...tickets, on: ['request', 'response'], action: 'block', message: 'Not for you.' }),
    rail('observing', { ...tickets, on: ['request', 'response'], action: 'observe' }),
    rail('reversing', { name: 'data', pii: {}, action: 'redact', redaction: { style: 'reversible' } }),
    ...keys.map((key) => document('ApiKey', key, { hash: `sha256:${sha256Hex(`sk-${key}`)}` })),
    document('GatewayPolicy', 'default', {
      redactionSecret: { env: 'TENANT_SECRET' },
      maxBodySize: '64KiB',
      accessLog: { fields: 'full' },
      telemetry: { otlp: { endpoint: collector.url } },
      records: { decisions: { stdout: true }, usage: { stdout: true } },
    }),
  );
}

async function expectNothingLeft(gateway: TestGateway, collector: Receiver): Promise<void> {
  await until('spans arrive', () => collector.spans.length > 10);
  const written = await everythingWritten(gateway, collector);
  expect(written['log and records of the processors']).toContain('"kind":"decision"');
  expect(written['log and records of the processors']).toContain('"kind":"usage"');
  expect(written['log and access log of Envoy']).toContain('/v1/chat/completions');
  for (const [place, text] of Object.entries(written)) {
    expect(text.length, place).toBeGreaterThan(0);
    expect(text, place).not.toMatch(
      /TCK|123456|garcia|payments-team|so far|größe|tenant secret of|sk-(?:redact|block|revers)/,
    );
  }
}

export function events(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** One write for each byte, so that Envoy passes on what it happens to have. */
export async function dribble(response: ServerResponse, text: string): Promise<void> {
  events(response);
  response.socket?.setNoDelay(true);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    response.write(bytes.subarray(at, at + 1));
    if (at % 4 === 3) await new Promise(setImmediate);
  }
  response.end();
}

export function choice(index: number, delta: object): string {
  return `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index, delta, finish_reason: null }] })}\n\n`;
}
export const done = 'data: [DONE]\n\n';
