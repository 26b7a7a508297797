import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chat } from '../support/api-shapes.ts';
import { type MeteredGateway, startMeteredGateway } from '../support/metered-gateway.ts';
import { eventsOf, streaming } from '../support/said-usage.ts';

/* Streams of chat tell their usage to those who ask: the gateway asks, on a real Envoy, and hides what it got by that. */

let metered: MeteredGateway;
beforeAll(async () => {
  metered = await startMeteredGateway();
});
afterAll(() => metered?.stop());
beforeEach(() => metered.reset());

const prompt = 'a prompt that nobody may find again';

describe('include_usage', () => {
  const body = (more: object = {}) => ({ ...chat.request(prompt, true), ...more });
  const options = () =>
    (JSON.parse(metered.provider.requests[0]?.body ?? '{}') as { stream_options?: unknown }).stream_options;

  it.each<[string, { readonly stream_options?: object | null }]>([
    ['nothing', {}],
    ['null', { stream_options: null }],
    ['no', { stream_options: { include_usage: false } }],
    ['something else', { stream_options: { include_obfuscation: false } }],
  ])('is asked for, and hidden from a caller that said %s', async (_, more) => {
    metered.answer = streaming(metered.provider, chat, ['fine']);
    const { text, record } = await metered.ask(chat.path, body(more));
    expect(options()).toEqual({ ...more.stream_options, include_usage: true });
    expect(text).toBe(eventsOf(chat, ['fine'], false).join(''));
    expect(record.tokens).toMatchObject({ output: 20, completeness: 'exact' });
  });

  it('is shown to a caller that asks for it', async () => {
    metered.answer = streaming(metered.provider, chat, ['fine']);
    const { text } = await metered.ask(chat.path, body({ stream_options: { include_usage: true } }));
    expect(text).toBe(eventsOf(chat, ['fine'], true).join(''));
  });

  it('cannot be forged: what a caller sends about it in headers means nothing', async () => {
    metered.answer = streaming(metered.provider, chat, ['fine']);
    const { result, record } = await metered.recordedBy(async () => {
      const response = await metered.post(chat.path, body({ usage: { completion_tokens: 0 } }), {
        headers: { 'x-sluice-usage': '{"output":0}', 'x-sluice-include-usage': 'true', 'x-request-id': 'mine' },
      });
      return response.text();
    });
    expect(result).toBe(eventsOf(chat, ['fine'], false).join(''));
    expect(record.id).not.toBe('mine');
    expect(record.tokens).toMatchObject({ output: 20, completeness: 'exact' });
  });

  it('is left out where a provider does not take it, and what passes is counted', async () => {
    metered.answer = streaming(metered.provider, chat, ['Some words ', 'that are counted, ', 'one by one.']);
    const { record } = await metered.ask(chat.path, body({ model: 'old' }));
    expect(options()).toBeUndefined();
    expect(record).toMatchObject({
      ending: 'done',
      tokens: { source: 'counted', completeness: 'estimated' },
      cost: { unknown: 'unpriced' },
    });
    expect(record.tokens?.output).toBeGreaterThan(5);
    expect(record.tokens?.output).toBeLessThan(20);
  });
});

describe('nothing that was said', () => {
  it('and no key stands in the records, the logs or the metrics', () => metered.expectUnsaid([prompt, 'Some words']));
});
