import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { contentEvent, startStream } from '../support/raw-stream.ts';
import { type RecordedRequest, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * How long an answer may pause, whether or not anybody reads it on its way, and however long its headers may take: on a
 * real Envoy, with a provider that pauses as the model's name says.
 */

/** What becomes of an answer on its way. */
const readings = ['nobody', 'counted', 'guarded'] as const;

const pausing = {
  'thinks-longer': { attemptTimeout: '20s', idleTimeout: '1s' },
  'pauses-longer': { attemptTimeout: '500ms', idleTimeout: '2s' },
  'begins-in-time': { attemptTimeout: '20s', idleTimeout: '1s', firstTokenTimeout: '600ms' },
} as const;
type Pausing = keyof typeof pausing;

/** Milliseconds: before the headers, between two pieces. */
const goodPauses: Readonly<Record<Pausing, readonly [headers: number, pieces: number]>> = {
  'thinks-longer': [1_500, 300],
  'pauses-longer': [0, 1_000],
  'begins-in-time': [0, 300],
};

interface Asked {
  readonly by: (typeof readings)[number];
  readonly how: Pausing;
  readonly isStream: boolean;
  readonly fallsSilent: boolean;
}

let upstream: RecordingProvider;
let gateway: TestGateway;
let givenUp = 0;
beforeAll(async () => {
  upstream = await startRecordingProvider((response, request) => void answer(response, request));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('openai', `http://127.0.0.1:${upstream.port}/v1`),
        ...Object.entries(pausing).map(([name, retry]) => model(name, [`openai/${name}`], { retry })),
        document('Limit', 'tokens', { scope: { keys: ['counted'] }, tokens: 1_000_000, window: '1h' }),
        document('Guardrail', 'addresses', {
          scope: { keys: ['guarded'] },
          rules: [{ name: 'data', on: ['response'], pii: {}, action: 'redact' }],
        }),
        ...readings.map((name) => apiKey(name, `KEY_${name}`)),
      ),
    },
    env: Object.fromEntries(readings.map((name) => [`KEY_${name}`, keyOf(name)])),
  });
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.close();
});

describe.each(readings)('an answer read by %s', (by) => {
  describe.each(Object.keys(pausing) as Pausing[])('of a model that %s', (how) => {
    it.each([true, false])('may pause as long as it may (stream: %s)', async (isStream) => {
      const { text } = await ask({ by, how, isStream, fallsSilent: false });
      expect(text.trimEnd().endsWith(isStream ? 'data: [DONE]' : '}}]}')).toBe(true);
    });
  });

  it.each(Object.keys(pausing) as Pausing[])('is ended when it falls silent for longer: %s', async (how) => {
    const before = givenUp;
    const { text, pausedMs, isBrokenOff } = await ask({ by, how, isStream: true, fallsSilent: true });
    expect(text).toContain('It rains');
    // Nobody must take it for all of the answer: it breaks off, or says so where it is rewritten on its way, by a guardrail
    // or because usage was asked for that the caller did not want.
    if (by === 'nobody') expect(isBrokenOff).toBe(true);
    else expect(text).toContain('provider_silent');
    const limitMs = how === 'pauses-longer' ? 2_000 : 1_000;
    expect(pausedMs).toBeGreaterThan(limitMs - 100);
    // The rest is for a busy machine; what Envoy alone would make of it takes 20 seconds and more.
    expect(pausedMs).toBeLessThan(limitMs + 5_000);
    await until('the provider is told', () => givenUp > before);
  });
});

it('that is not read through by a guardrail may not fall silent either: JSON', async () => {
  for (const by of ['nobody', 'counted'] as const) {
    const { pausedMs, isBrokenOff } = await ask({ by, how: 'thinks-longer', isStream: false, fallsSilent: true });
    expect(isBrokenOff).toBe(true);
    expect(pausedMs).toBeGreaterThan(900);
    expect(pausedMs).toBeLessThan(6_000);
  }
});

it('ends with an error that SDKs understand, where it is rewritten on its way', async () => {
  const { text } = await ask({ by: 'guarded', how: 'thinks-longer', isStream: true, fallsSilent: true });
  const [error = '', done] = text.trim().split('\n\n').slice(-2);
  expect(done).toBe('data: [DONE]');
  expect(JSON.parse(error.replace(/^data: /, ''))).toMatchObject({
    error: { type: 'timeout_error', code: 'provider_silent', message: expect.stringContaining('fell silent') },
  });
  await expect
    .poll(async () => (await Promise.all(gateway.processors.map((each) => each.metrics()))).join())
    .toContain('sluice_rejections_total{code="provider_silent"}');
});

async function answer(response: ServerResponse, { body }: RecordedRequest): Promise<void> {
  response.on('close', () => {
    if (!response.writableFinished) givenUp++;
  });
  const { model: how, stream, user } = JSON.parse(body) as { model: Pausing; stream: boolean; user?: string };
  const [headers, pieces] = goodPauses[how];
  await sleep(headers);
  const [first, second, third] = stream
    ? [contentEvent('It rains. '), contentEvent('the end'), 'data: [DONE]\n\n']
    : ['{"choices":[{"index":0,"message":{"role":"assistant","content":"It rains. ', 'the end"', '}}]}'];
  if (stream) startStream(response);
  else response.writeHead(200, { 'content-type': 'application/json' });
  response.write(first);
  if (user === 'silent') return;
  await sleep(pieces);
  response.write(second);
  await sleep(pieces);
  response.end(third);
}

/** How it went on behind its headers. */
interface Behind {
  readonly text: string;
  readonly pausedMs: number;
  readonly isBrokenOff: boolean;
}

async function ask({ by, how, isStream, fallsSilent }: Asked): Promise<Behind> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf(by)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: how,
      stream: isStream,
      messages: [{ role: 'user', content: 'Hello' }],
      ...(fallsSilent && { user: 'silent' }),
    }),
  });
  expect(response.status).toBe(200);
  const startedAt = performance.now();
  let text = '';
  let isBrokenOff = false;
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
  } catch {
    isBrokenOff = true;
  }
  return { text, pausedMs: performance.now() - startedAt, isBrokenOff };
}

function keyOf(name: string): string {
  return `sk-caller-whose-answers-are-${name}`;
}
