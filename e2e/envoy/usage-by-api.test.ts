import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiShapes, chat } from '../support/api-shapes.ts';
import { type MeteredGateway, startMeteredGateway } from '../support/metered-gateway.ts';
import { answerJson } from '../support/recording-provider.ts';
import { bodyOf, eventsOf, said, streaming } from '../support/said-usage.ts';

/* What was used, on a real Envoy: as providers say it in the words of each API, or do not say at all. */

let metered: MeteredGateway;
beforeAll(async () => {
  metered = await startMeteredGateway();
});
afterAll(() => metered?.stop());
beforeEach(() => metered.reset());

const prompt = 'a prompt that nobody may find again';

describe.each(apiShapes)('$name', (shape) => {
  const meaning = said[shape.name];

  it('is recorded as the provider says', async () => {
    metered.answer = (response) => answerJson(response, 200, bodyOf(shape));
    const { status, text, record } = await metered.ask(shape.path, shape.request(prompt, false));
    expect(status, text).toBe(200);
    expect(JSON.parse(text)).toEqual(bodyOf(shape));
    expect(record).toMatchObject({
      kind: 'usage',
      key: 'caller',
      user: 'ana',
      team: 'payments',
      project: 'shop',
      api: shape.name,
      model: 'm',
      provider: shape.name === 'messages' ? 'anthropic' : 'openai',
      providerModel: 'upstream',
      isStream: false,
      status: 200,
      ending: 'done',
      tokens: { source: 'provider', completeness: 'exact' },
      cost: { nanoUsd: meaning?.nanoUsd, priceVersion: expect.stringMatching(/^[0-9a-f]{12}$/) },
      attempts: [{ providerModel: 'upstream', status: 200 }],
    });
    expect(record.tokens).toEqual({ ...meaning?.tokens, source: 'provider', completeness: 'exact' });
    expect(record.durationMs).toBeGreaterThanOrEqual(record.firstByteMs ?? Number.POSITIVE_INFINITY);
  });

  if (shape.stream === undefined) return;

  it('is recorded as the provider says, streamed, and the caller gets what it would have got without', async () => {
    metered.answer = streaming(metered.provider, shape, ['fi', 'ne']);
    const { status, text, record } = await metered.ask(shape.path, shape.request(prompt, true));
    expect(status, text).toBe(200);
    expect(text).toBe(eventsOf(shape, ['fi', 'ne'], false).join(''));
    expect(record).toMatchObject({ isStream: true, ending: 'done', cost: { nanoUsd: meaning?.nanoUsd } });
    expect(record.tokens).toEqual({ ...meaning?.tokens, source: 'provider', completeness: 'exact' });
    expect(record.finishReason).toBeDefined();
    expect(record.firstTokenMs).toBeGreaterThanOrEqual(record.firstByteMs ?? Number.POSITIVE_INFINITY);
  });
});

describe('an answer that tells no usage', () => {
  it.each(apiShapes.filter(({ answer: of }) => of !== undefined))('of $name is not free', async (shape) => {
    const words = 'Some words that are counted, one by one, since nobody says how many tokens they are.';
    metered.answer = (response) => answerJson(response, 200, shape.answer?.(words));
    const { record } = await metered.ask(shape.path, shape.request(prompt, false));
    if (shape.name === 'images.generations') expect(record.tokens).toMatchObject({ images: 1, source: 'counted' });
    else {
      expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'estimated' });
      expect(record.tokens?.output).toBeGreaterThan(10);
      expect(record.tokens?.output).toBeLessThan(40);
    }
  });
});

describe('a request that the second provider answers', () => {
  it('is paid at its prices', async () => {
    metered.answer = (response, { path }) =>
      path.startsWith('/v1/old/')
        ? answerJson(response, 200, bodyOf(chat))
        : answerJson(response, 500, { error: { message: 'no' } });
    const { record } = await metered.ask(chat.path, { ...chat.request(prompt, false), model: 'chain' });
    expect(record).toMatchObject({
      model: 'chain',
      provider: 'old',
      providerModel: 'second',
      attempts: [
        { provider: 'openai', providerModel: 'first', status: 500 },
        { provider: 'old', providerModel: 'second', status: 200 },
      ],
      cost: { nanoUsd: 100 * 1_000 + 20 * 1_000 },
    });
  });
});

describe('the service tier', () => {
  it('of the answer decides about the price, not that of the request', async () => {
    metered.answer = (response) => answerJson(response, 200, { ...bodyOf(chat), service_tier: 'priority' });
    const { record } = await metered.ask(chat.path, { ...chat.request(prompt, false), service_tier: 'default' });
    expect(record.tokens?.serviceTier).toBe('priority');
    expect(record.cost).toMatchObject({ isDerived: true, nanoUsd: 100 * 2_000 + 20 * 20_000 });
  });
});

describe('nothing that was said', () => {
  it('and no key stands in the records, the logs or the metrics', () => metered.expectUnsaid([prompt, 'Some words']));
});
