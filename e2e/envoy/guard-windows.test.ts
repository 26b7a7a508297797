import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FakeService } from '../../src/guard/remote/testing/fake-service.ts';
import { fakeWebhook } from '../../src/guard/remote/testing/fake-webhook.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { type ApiShape, apiShapes, errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';
import { everythingWritten } from '../support/written.ts';

/* Services that judge streamed answers window by window, or only watch them, on a real Envoy. */

const keys = ['window', 'rewording', 'observing', 'open'] as const;
const mail = 'ana.garcia@payments-team.org';
/** Five windows of it. */
const words = Array.from({ length: 1_000 }, (_, index) => `w${index} grö😀 `);
const whole = words.join('');

let provided: RecordingProvider;
let service: FakeService;
let gateway: TestGateway;
let answer: (response: ServerResponse, body: string) => unknown;

beforeAll(async () => {
  provided = await startRecordingProvider((response, { body }) => void answer(response, body));
  service = await fakeWebhook((texts) => {
    if (texts.some(({ text }) => text.includes('w700 '))) {
      return { version: 1, verdict: 'block', reasons: [{ category: 'badness' }] };
    }
    if (!texts.some(({ text }) => text.includes('v3'))) return { version: 1, verdict: 'allow' };
    return { version: 1, verdict: 'replace', texts: texts.map(({ text }) => text.replaceAll('v3', 'V3')) };
  });
  const endpoint = `http://127.0.0.1:${provided.port}/v1`;
  const judge = { webhook: { url: `${service.url}/judge` }, on: ['response'], streaming: 'window', timeout: '500ms' };
  const rule = (key: string) => ({
    name: 'judge',
    ...judge,
    action: key === 'observing' ? 'observe' : key === 'rewording' ? 'redact' : 'block',
    ...(key === 'open' && { onFailure: 'open' }),
    // Long enough for a busy machine to be seen not to wait for it.
    ...(key === 'observing' && { timeout: '5s' }),
    cacheFor: '0s',
  });
  gateway = await startGateway({
    env: { TENANT_SECRET: 'a tenant secret of more than thirty-two characters' },
    policy: {
      'policy.yaml': documents(
        provider('openai', endpoint, { credential: { none: {} } }),
        provider('anthropic', endpoint, { schema: 'anthropic', credential: { none: {} } }),
        document('Model', 'm', { targets: [{ provider: 'openai' }, { provider: 'anthropic' }] }),
        document('Guardrail', 'data', {
          rules: [{ name: 'data', pii: {}, action: 'redact', redaction: { style: 'reversible' } }],
        }),
        ...keys.map((key) => document('Guardrail', key, { scope: { keys: [key] }, rules: [rule(key)] })),
        ...keys.map((key) => document('ApiKey', key, { hash: `sha256:${sha256Hex(`sk-${key}`)}` })),
        document('GatewayPolicy', 'default', {
          redactionSecret: { env: 'TENANT_SECRET' },
          records: { decisions: { stdout: true }, usage: { stdout: true } },
        }),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provided?.close();
  await service?.close();
});
beforeEach(() => {
  (service.requests as unknown[]).length = 0;
});
afterEach(() => {
  service.behave(undefined);
  expect(service.refusals).toEqual([]);
});

const shapes = apiShapes.filter((shape) => shape.stream !== undefined);
const [chat] = shapes;
if (chat === undefined) throw new Error('no streams');

function ask(key: (typeof keys)[number], text: string, shape: ApiShape = chat as ApiShape, signal?: AbortSignal) {
  return fetch(`${gateway.url}${shape.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(shape.request(text, true)),
    ...(signal && { signal }),
  });
}

function sending(shape: ApiShape, pieces: readonly string[], pauseAt = -1, pause: Promise<unknown> = sleep(0)) {
  return async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [index, event] of (shape.stream?.(pieces) ?? []).entries()) {
      if (index === pauseAt) await pause;
      response.write(event);
    }
    response.end();
  };
}

const asked = () =>
  service.requests.map(({ body }) => (JSON.parse(body) as { texts: { text: string }[] }).texts[0]?.text ?? '');

describe.each(shapes.map((shape) => [shape.name, shape] as const))('%s', (_, shape) => {
  it('comes out whole, by a slow judge who saw it in windows that overlap', async () => {
    const fine = words.filter((word) => !word.startsWith('w700 '));
    answer = sending(shape, fine);
    service.behave({ kind: 'slow', ms: 20 });
    const raw = await (await ask('window', 'hello', shape)).text();
    expect(textOfStream(raw)).toBe(fine.join(''));
    expect(asked().length).toBeGreaterThan(4);
    expect(asked().every((text) => text.length <= 2_048 && text.isWellFormed())).toBe(true);
    // What repeats the whole text repeats what was let out.
    if (shape.name === 'responses')
      expect(raw.split(JSON.stringify(fine.join('')).slice(1, -1)).length).toBeGreaterThanOrEqual(5);
  });

  it('ends in the window that is refused, and none of it goes out', async () => {
    // What comes in one piece with a refused window does not go out either.
    answer = sending(shape, words, 500, sleep(100));
    const raw = await (await ask('window', 'hello', shape)).text();
    expect(errorOfStream(raw)).toMatchObject({ code: 'guardrail_violation' });
    expect(whole.startsWith(textOfStream(raw))).toBe(true);
    expect(textOfStream(raw).length).toBeGreaterThan(1_000);
    expect(raw).not.toContain('w700');
  });

  it('goes out in the words of the service', async () => {
    const other = words.map((word) => word.replace('w', 'v'));
    answer = sending(shape, other);
    const raw = await (await ask('rewording', 'hello', shape)).text();
    expect(textOfStream(raw)).toBe(other.join('').replaceAll('v3', 'V3'));
    expect(raw).not.toContain('v3');
  });
});

describe('a stream in windows', () => {
  it('begins to arrive before it is over', async () => {
    let goOn = (): void => {};
    const pause = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    answer = sending(chat, words.slice(0, 500), 400, pause);
    const response = await ask('window', 'hello');
    let raw = '';
    for await (const piece of response.body ?? []) {
      raw += Buffer.from(piece).toString();
      if (textOfStream(raw).length > 1_400) goOn();
    }
    expect(textOfStream(raw)).toBe(words.slice(0, 500).join(''));
  });

  it('gives hidden values back, of which the service is not told', async () => {
    answer = (response, body) => {
      const [token = ''] = body.match(/EMAIL_ADDRESS_\w+/) ?? [];
      return sending(chat, [...words.slice(0, 150), ...`Dear ${token},`, ...words.slice(150, 300)])(response);
    };
    const text = textOfStream(await (await ask('window', `Write to ${mail}`)).text());
    expect(text).toBe(`${words.slice(0, 150).join('')}Dear ${mail},${words.slice(150, 300).join('')}`);
    expect(asked().join('')).toContain('EMAIL_ADDRESS_');
    expect(asked().join('')).not.toContain('garcia');
  });

  it('ends where the service falls silent, or passes where the rule fails open', async () => {
    answer = sending(chat, words.slice(0, 300));
    service.behave({ kind: 'hang' });
    const raw = await (await ask('window', 'hello')).text();
    expect(errorOfStream(raw)).toMatchObject({ code: 'guardrail_unavailable' });
    expect(textOfStream(raw)).toBe('');
    service.behave({ kind: 'status', status: 500 });
    expect(textOfStream(await (await ask('open', 'hello')).text())).toBe(words.slice(0, 300).join(''));
  });

  it('that the caller leaves leaves the service as well', async () => {
    answer = sending(chat, words.slice(0, 300), 250, new Promise(() => {}));
    service.behave({ kind: 'hang' });
    const leaving = new AbortController();
    const response = ask('window', 'hello', chat, leaving.signal);
    await until('the service is asked', () => service.requests.length > 0);
    leaving.abort();
    await response.then((each) => each.text()).catch(() => {});
    await until('the service is left', () => service.abandoned > 1, { limitMs: 2_000 });
  });
});

describe('a service that only watches', () => {
  it('holds nothing up, is asked about the whole of it, and what it says is in the record', async () => {
    service.behave({ kind: 'slow', ms: 3_000 });
    answer = sending(chat, words);
    const seen = gateway.processors[0]?.log().length ?? 0;
    const raw = await (await ask('observing', 'hello')).text();
    expect(raw).toBe(chat.stream?.(words).join(''));
    const recorded = () =>
      gateway.processors[0]
        ?.log()
        .slice(seen)
        .split('\n')
        .find((line) => /"kind":"decision".*"key":"observing"/.test(line));
    expect(recorded()).toBeUndefined();
    await until('it is recorded', () => recorded() !== undefined);
    expect(asked()).toEqual([whole]);
    expect(recorded()).toMatch(/"verdict":"observe".*"entity":"badness","count":1/);
  });

  it('holds an answer of JSON as little up', async () => {
    service.behave({ kind: 'hang' });
    answer = (response) => answerJson(response, 200, chat.answer?.('w700 '));
    const body = JSON.stringify(chat.request('hello', false));
    const startedAt = performance.now();
    const headers = { authorization: 'Bearer sk-observing', 'content-type': 'application/json' };
    const response = await fetch(`${gateway.url}${chat.path}`, { method: 'POST', headers, body });
    expect(await response.json()).toEqual(chat.answer?.('w700 '));
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await until('it is recorded', () => gateway.processors[0]?.log().includes('unjudged:timeout') === true);
  });
});

it('nothing of what was said is left anywhere', async () => {
  for (const [place, text] of Object.entries(await everythingWritten(gateway))) {
    expect(text, place).not.toMatch(/w700|w1 gr|garcia|payments-team|Write to|tenant secret of/);
  }
});
