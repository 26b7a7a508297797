import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type ApiShape, apiShapes, countingShapes, errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/* Guardrails on a real Envoy: every action, in both phases, of every API, streamed and not. */

const phases = ['request', 'response'] as const;
const actions = ['observe', 'redact', 'block'] as const;

const forbidden = 'TCK-123456';
const told = `about ${forbidden} and "größe"`;
const hidden = 'about [TICKET] and "größe"';
const pieces = ['abo', 'ut TC', 'K-', '123456', ' and "grö', 'ße"'];

let gateway: TestGateway;
let provider: RecordingProvider;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  provider = await startRecordingProvider((response) => answer(response));
  const rule = (phase: string, action: string) => `
apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: ${phase}-${action}}
spec:
  scope: {keys: [${phase}-${action}]}
  rules:
  - name: tickets
    on: [${phase}]
    regex: {pattern: 'TCK-\\d{6}'}
    action: ${action}
    message: Tickets are nobody's business.
    redaction: {style: text, text: "[TICKET]"}`;
  const key = (name: string) => `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ${name}}
spec: {hash: "sha256:${sha256Hex(`sk-${name}`)}"}`;
  const names = phases.flatMap((phase) => actions.map((action) => [phase, action] as const));
  gateway = await startGateway({
    policy: {
      'policy.yaml': [
        ...['openai', 'anthropic'].map(
          (schema) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${schema}}
spec: {schema: ${schema}, endpoint: "http://127.0.0.1:${provider.port}/v1", credential: {none: {}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec: {targets: [{provider: openai}, {provider: anthropic}]}`,
        ...names.map(([phase, action]) => rule(phase, action)),
        ...names.map(([phase, action]) => key(`${phase}-${action}`)),
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});
beforeEach(() => {
  (provider.requests as unknown[]).length = 0;
});

interface Outcome {
  readonly status: number;
  readonly text: string;
  /** Of the body, or of the last event. */
  readonly error: Readonly<Record<string, unknown>> | undefined;
  readonly raw: string;
}

async function ask(shape: ApiShape, key: string, text: string, isStream: boolean): Promise<Outcome> {
  const response = await fetch(`${gateway.url}${shape.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(shape.request(text, isStream)),
  });
  const raw = await response.text();
  const isEvents = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  return {
    status: response.status,
    text: isEvents ? textOfStream(raw) : raw,
    error: isEvents ? errorOfStream(raw) : (JSON.parse(raw) as { error?: Record<string, unknown> }).error,
    raw,
  };
}

function answering(shape: ApiShape, isStream: boolean, given: readonly string[]) {
  return async (response: ServerResponse) => {
    if (!isStream || shape.stream === undefined) {
      answerJson(response, 200, shape.answer?.(given.join('')) ?? { data: [{ index: 0, embedding: [0.5] }] });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of shape.stream(given)) {
      response.write(event);
      await sleep(1);
    }
    response.end();
  };
}

const ways = [...apiShapes, ...countingShapes].flatMap((shape) => {
  const streams = shape.stream === undefined ? [false] : [false, true];
  return streams.map((isStream) => ({ shape, isStream, name: `${shape.name}${isStream ? ', streamed' : ''}` }));
});

describe.each(ways)('$name', ({ shape, isStream }) => {
  beforeEach(() => {
    answer = answering(shape, isStream, ['fine']);
  });

  it('a request that is observed arrives as it was sent', async () => {
    expect((await ask(shape, 'request-observe', told, isStream)).status).toBe(200);
    expect(JSON.parse(provider.requests[0]?.body ?? '')).toEqual(shape.request(told, isStream));
  });

  it('a request that is redacted arrives without what was found, and else as it was sent', async () => {
    expect((await ask(shape, 'request-redact', told, isStream)).status).toBe(200);
    expect(provider.requests[0]?.body).toBe(JSON.stringify(shape.request(hidden, isStream)));
    const length = Buffer.byteLength(JSON.stringify(shape.request(hidden, isStream)));
    expect(provider.requests[0]?.headers['content-length']).toBe(String(length));
  });

  it('a request that is blocked does not arrive', async () => {
    const { status, error, raw } = await ask(shape, 'request-block', told, isStream);
    expect(status).toBe(403);
    expect(error).toMatchObject({
      type: 'guardrail_violation',
      message: "Tickets are nobody's business.",
      guardrail: 'request-block',
      rule: 'tickets',
    });
    expect(JSON.parse(raw)).toHaveProperty(shape.path.startsWith('/v1/messages') ? 'request_id' : 'error.request_id');
    expect(raw).not.toContain('TCK');
    expect(provider.requests).toEqual([]);
  });

  if (shape.answer === undefined) return;

  describe('an answer', () => {
    beforeEach(() => {
      answer = answering(shape, isStream, pieces);
    });

    it('that is observed arrives as it was sent', async () => {
      const { status, text, raw } = await ask(shape, 'response-observe', 'hello', isStream);
      expect(status).toBe(200);
      if (isStream) expect(text).toBe(told);
      expect(raw).toBe(isStream ? shape.stream?.(pieces).join('') : JSON.stringify(shape.answer?.(told)));
    });

    it('that is redacted arrives without what was found', async () => {
      const { status, text, raw } = await ask(shape, 'response-redact', 'hello', isStream);
      expect(status).toBe(200);
      expect(text).toBe(isStream ? hidden : JSON.stringify(shape.answer?.(hidden)));
      expect(raw).not.toMatch(/TCK|123456/);
    });

    it('that is blocked does not arrive', async () => {
      const { status, error, raw } = await ask(shape, 'response-block', 'hello', isStream);
      expect(status).toBe(isStream ? 200 : 403);
      expect(error).toMatchObject({ message: "Tickets are nobody's business.", rule: 'tickets' });
      expect(raw).not.toMatch(/TCK|123456/);
      if (isStream) expect(raw).toContain('guardrail_violation');
    });
  });
});
