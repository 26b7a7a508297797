import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { piiEntities } from '../../src/guard/pii/entities.ts';
import { samplesOf } from '../../src/guard/pii/testdata/samples.ts';
import { plant, samples } from '../../src/guard/secrets/testing/samples.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type Receiver, startReceiver } from '../../src/lib/otlp/testing/receiver.ts';
import { seededRandom } from '../../src/lib/testing/random.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';
import { everythingWritten } from '../support/written.ts';

/* One of every kind of personal data and of every kind of secret, in prompts and in answers, on a real Envoy. */

interface Planted {
  readonly kind: string;
  readonly text: string;
  /** What nobody may read of it: its longest line. */
  readonly value: string;
}

const random = seededRandom(2026);
const longestOf = (values: readonly string[]) =>
  values.reduce((one, other) => (other.length > one.length ? other : one));

function personal(kind: string): Planted {
  const all = samplesOf(kind).positives.map(({ text, spans }) => ({
    kind,
    text,
    value: longestOf(spans.map(([start, end]) => text.slice(start, end))),
  }));
  // The longest looks least like anything that is written down of itself.
  return all.reduce((one, other) => (other.value.length > one.value.length ? other : one));
}

function secret([kind, sample]: [string, (typeof samples)[string]]): Planted {
  const { text, start, end } = plant(sample(random));
  return { kind, text, value: longestOf(text.slice(start, end).split('\n')) };
}

const planted: readonly Planted[] = [
  ...piiEntities.map(({ name }) => personal(name)),
  ...Object.entries(samples).map(secret),
];

const actions = ['redact', 'block', 'observe'] as const;

let collector: Receiver;
let provider: RecordingProvider;
let gateway: TestGateway;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  collector = await startReceiver();
  provider = await startRecordingProvider((response) => answer(response));
  process.env.SLUICE_LOG_LEVEL = 'trace';
  process.env.OTEL_BSP_SCHEDULE_DELAY = '20';
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        document('Provider', 'p', {
          schema: 'openai',
          endpoint: `http://127.0.0.1:${provider.port}/v1`,
          credential: { none: {} },
        }),
        document('Model', 'm', { targets: [{ provider: 'p' }], retry: { coolDown: { failures: 0 } } }),
        ...actions.map((action) =>
          document('Guardrail', action, {
            scope: { keys: [action] },
            rules: [
              { name: 'data', pii: { entities: piiEntities.map(({ name }) => name) }, action },
              { name: 'secrets', secrets: {}, action },
            ],
          }),
        ),
        ...actions.map((name) => document('ApiKey', name, { hash: `sha256:${sha256Hex(`sk-${name}`)}` })),
        document('GatewayPolicy', 'default', {
          accessLog: { fields: 'full' },
          telemetry: { otlp: { endpoint: collector.url } },
          records: { decisions: { stdout: true }, usage: { stdout: true } },
        }),
      ),
    },
  });
  delete process.env.SLUICE_LOG_LEVEL;
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

async function ask(action: (typeof actions)[number], texts: readonly string[], stream = false) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${action}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', stream, messages: texts.map((content) => ({ role: 'user', content })) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Each text is a choice of its own; of a stream in pieces that cut everything. */
function saying(texts: readonly string[], isStream: boolean) {
  return (response: ServerResponse): void => {
    if (!isStream) {
      answerJson(response, 200, {
        choices: texts.map((content, index) => ({ index, message: { role: 'assistant', content } })),
      });
      return;
    }
    const chunk = (index: number, delta: object, finish_reason: string | null = null) =>
      response.write(`data: ${JSON.stringify({ choices: [{ index, delta, finish_reason }] })}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [index, text] of texts.entries()) {
      for (let at = 0; at < text.length; at += 7) chunk(index, { content: text.slice(at, at + 7) });
      chunk(index, {}, 'stop');
    }
    response.end('data: [DONE]\n\n');
  };
}

/** What a caller or a provider reads, by the place of each text. */
function wordsOf(body: string, isStream: boolean): readonly string[] {
  const words: string[] = [];
  const add = (index: number, text: string | undefined) => {
    words[index] = (words[index] ?? '') + (text ?? '');
  };
  if (isStream) {
    for (const line of body.split('\n')) {
      if (!line.startsWith('data: {')) continue;
      const { choices = [] } = JSON.parse(line.slice(6)) as {
        choices?: readonly { readonly index: number; readonly delta: { readonly content?: string } }[];
      };
      for (const { index, delta } of choices) add(index, delta.content);
    }
    return words;
  }
  const { choices, messages } = JSON.parse(body) as {
    choices?: readonly { readonly message: { readonly content: string } }[];
    messages?: readonly { readonly content: string }[];
  };
  for (const [index, { content }] of (messages ?? choices?.map(({ message }) => message) ?? []).entries())
    add(index, content);
  return words;
}

function expectHidden(words: readonly string[]): void {
  expect(words).toHaveLength(planted.length);
  const read = planted.filter(({ value }, index) => words[index]?.includes(value));
  expect(read.map(({ kind }) => kind)).toEqual([]);
  expect(words.filter((text) => !text.includes('[REDACTED]'))).toEqual([]);
}

const texts = planted.map(({ text }) => text);

describe('something of every kind', () => {
  it('does not reach the provider where it is redacted', async () => {
    answer = saying(['fine'], false);
    expect((await ask('redact', texts)).status).toBe(200);
    expectHidden(wordsOf(provider.requests[0]?.body ?? '', false));
  });

  it.each([false, true])('does not reach the caller where it is redacted (streamed: %s)', async (isStream) => {
    answer = saying(texts, isStream);
    const { status, text } = await ask('redact', ['hello'], isStream);
    expect(status).toBe(200);
    expectHidden(wordsOf(text, isStream));
  });

  it('is refused where it is blocked, each by itself, in words that do not repeat it', async () => {
    for (const { kind, text, value } of planted) {
      const refused = await ask('block', [text]);
      expect(refused.status, kind).toBe(403);
      expect(refused.text, kind).toContain('guardrail_violation');
      expect(refused.text.includes(value) || refused.text.includes(JSON.stringify(value).slice(1, -1)), kind).toBe(
        false,
      );
    }
    expect(provider.requests).toEqual([]);
  });

  it('ends a stream where it is blocked, each by itself, before any of it', async () => {
    for (const { kind, text, value } of planted) {
      answer = saying([text], true);
      const ended = await ask('block', ['hello'], true);
      expect(ended.text, kind).toContain('guardrail_violation');
      expect((wordsOf(ended.text, true)[0] ?? '').includes(value.slice(0, 12)), kind).toBe(false);
    }
  });

  it.each([false, true])('passes as it is where it is observed (streamed: %s)', async (isStream) => {
    answer = saying(texts, isStream);
    const { text } = await ask('observe', texts, isStream);
    expect(wordsOf(text, isStream)).toEqual(texts);
    expect(wordsOf(provider.requests[0]?.body ?? '', false)).toEqual(texts);
  });
});

it('nothing of it is in any log, record, metric, trace or configuration, and every finding is counted', async () => {
  const lastOf = 'observe';
  await until('the last decision is written', () => decisionsOf(lastOf).length === 2);
  await until('spans arrive', () => collector.spans.length > 2 * planted.length);
  for (const { verdict, findings } of decisionsOf(lastOf)) {
    expect(verdict).toBe('observe');
    // In the request and in its answer.
    expect(findings.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(2 * planted.length);
  }
  const written = await everythingWritten(gateway, collector);
  expect(written['log and records of the processors']).toContain('"kind":"usage"');
  for (const [place, text] of Object.entries(written)) {
    expect(text.length, place).toBeGreaterThan(0);
    const found = planted.filter(
      ({ value }) => text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1)),
    );
    expect(
      found.map(({ kind }) => kind),
      place,
    ).toEqual([]);
  }
});

interface Decision {
  readonly kind: string;
  readonly key: string;
  readonly verdict: string;
  readonly findings: readonly { readonly count: number }[];
}

function decisionsOf(key: string): readonly Decision[] {
  return gateway.processors
    .flatMap((each) => each.log().split('\n'))
    .filter((line) => line.startsWith('{"kind":"decision"'))
    .map((line) => JSON.parse(line) as Decision)
    .filter((decision) => decision.key === key);
}
