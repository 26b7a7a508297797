import { describe, expect, it } from 'vitest';
import { compileCost } from '../../../limits/cost/expression.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { type ExchangeFields, exchangeOf, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { Meter } from './meter.ts';

const perToken = (nanoUsd: number) => ({ input: 0n, output: BigInt(nanoUsd) * 1_000_000n });
const question = { model: 'm', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 };

/** Of a request with two targets, of which the second costs twice as much. */
function meterOf(
  fields: ExchangeFields = {},
  json: Readonly<Record<string, unknown>> = question,
  api = 'chat.completions',
) {
  const program = programOf({
    keys: [{ name: 'k' }],
    providers: [
      { name: 'a', nameInCosts: 'first' },
      { name: 'b', nameInCosts: 'second' },
    ],
    models: [{ name: 'm' }],
    pricings: [
      { name: 'm', standard: { ...perToken(10), perImage: 1_000n }, priority: perToken(50) },
      { name: 'dearer', standard: { ...perToken(20), perImage: 5_000n }, priority: perToken(30) },
    ],
  });
  const target = { priority: 0, weight: 1, modelEdit: undefined };
  const exchange = exchangeOf(program, {
    model: modelIn(program, 'm'),
    targets: [
      {
        target: { ...target, provider: 'a', model: 'x', pricing: undefined } as never,
        provider: providerIn(program, 'a'),
      },
      {
        target: { ...target, provider: 'b', model: 'y', pricing: 'dearer' } as never,
        provider: providerIn(program, 'b'),
      },
    ],
    body: Buffer.from(JSON.stringify(json)),
    json,
    ...fields,
  });
  return { exchange, meter: new Meter(exchange, api, json) };
}

describe('what a request may cost', () => {
  it('is by the dearest target of its chain, in the dearest class that it can get', () => {
    expect(meterOf().meter.worstNanoUsd(100)).toBe(5_000);
    const { meter } = meterOf({}, { ...question, service_tier: 'default' });
    expect(meter.worstNanoUsd(100)).toBe(2_000);
  });

  it('is unknown where one of the targets has no price, or not for the class that is asked for', () => {
    expect(meterOf({}, { ...question, service_tier: 'flex' }).meter.worstNanoUsd(1)).toBeUndefined();
    const { exchange } = meterOf();
    const unpriced = exchange.targets.map((each) => ({ ...each, target: { ...each.target, pricing: 'unheard-of' } }));
    expect(meterOf({ targets: unpriced as never }).meter.worstNanoUsd(1)).toBeUndefined();
  });

  it('minds how many images are asked for, and takes one where that cannot be told', () => {
    const images = (n: unknown) => meterOf({}, { model: 'm', prompt: 'a cat', n }, 'images.generations').meter;
    expect(images(3).worstNanoUsd(0)).toBe(15_000);
    expect(images('many').worstNanoUsd(0)).toBe(5_000);
    expect(meterOf().meter.worstNanoUsd(0)).toBe(0);
  });

  it('by an expression is the most of all targets, and so is what is likely', () => {
    const compiled = compileCost("backend == 'second' ? output_tokens * 3u : output_tokens");
    if (!compiled.ok) throw new Error(compiled.error.message);
    expect(meterOf().meter.boundCost(compiled.value, 10)).toEqual({ most: 30, likely: 30 });
  });
});

describe('whether a provider was asked', () => {
  it.each<[string, ExchangeFields, boolean]>([
    ['nothing has left', { hasLeft: false, attempts: 1, status: 200 }, false],
    ['nobody has answered yet', { hasLeft: true, attempts: 0, status: 0 }, true],
    ['it has accepted', { hasLeft: true, attempts: 1, status: 399 }, true],
    ['it has refused', { hasLeft: true, attempts: 1, status: 400 }, false],
  ])('is told where %s', (_, fields, wasAsked) => {
    const { meter } = meterOf(fields);
    expect(meter.wasAsked()).toBe(wasAsked);
    expect(meter.usage().total > 0).toBe(wasAsked);
    if (!wasAsked) expect(meter.cost()).toEqual({ kind: 'known', nanoUsd: 0, isDerived: false });
  });

  it('is so where it has answered and we refuse what it says', () => {
    const refused = { hasLeft: true, attempts: 1, status: 403 };
    const { meter } = meterOf(refused);
    meter.bytes(Buffer.from('{}'));
    expect(meter.wasAsked()).toBe(true);
    const read = meterOf(refused).meter;
    read.value({ usage: { prompt_tokens: 1, completion_tokens: 2 } });
    expect(read.wasAsked()).toBe(true);
  });
});

describe('what a request has cost', () => {
  const answered = { hasLeft: true, status: 200, ending: 'done' } as const;
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

  it.each([
    [0, 70, 'a'],
    [1, 70, 'a'],
    [2, 140, 'b'],
  ])('after %d attempts is by the price of the target that answered', (attempts, nanoUsd, provider) => {
    const { meter } = meterOf({ ...answered, attempts });
    meter.value({ choices: [], usage });
    expect(meter.cost()).toEqual({ kind: 'known', nanoUsd, isDerived: false });
    expect(meter.answeredBy()?.provider.name).toBe(provider);
    expect(meter.used()).toMatchObject({ input: 5, output: 7, total: 12, nanoUsd, goesOn: false });
  });

  it('is by the class that answered, and unknown where that has no price', () => {
    for (const [service_tier, nanoUsd] of [
      ['priority', 350],
      ['flex', undefined],
    ]) {
      const { meter } = meterOf({ ...answered, attempts: 1 }, { ...question, service_tier: 'default' });
      meter.value({ choices: [], usage, service_tier });
      expect(meter.used().nanoUsd).toBe(nanoUsd);
    }
  });

  it('is settled once, whatever comes after', () => {
    const { meter } = meterOf({ ...answered, attempts: 1 });
    meter.value({ choices: [], usage });
    expect(meter.usage().total).toBe(12);
    meter.value({ choices: [], usage: { prompt_tokens: 500, completion_tokens: 700 } });
    expect(meter.usage().total).toBe(12);
  });
});

describe('the moments of an answer', () => {
  it('are those of its first byte, and of its first token', () => {
    const { meter } = meterOf();
    expect([meter.firstByteAt, meter.firstTokenAt]).toEqual([0, 0]);
    meter.bytes(Buffer.from('a'));
    const { firstByteAt } = meter;
    expect(firstByteAt).toBeGreaterThan(0);
    meter.bytes(Buffer.from('b'));
    meter.firstToken();
    expect(meter.firstByteAt).toBe(firstByteAt);
    expect(meter.firstTokenAt).toBeGreaterThanOrEqual(firstByteAt);
  });
});

describe('a stream as it passes', () => {
  it('is told to who asks for its progress, in tokens of what has passed', () => {
    const { meter } = meterOf();
    expect(meter.stop()).toBeUndefined();
    const rejection = { code: 'budget_exceeded', params: {} } as const;
    const heard: number[] = [];
    meter.onProgress = (tokens) => {
      heard.push(tokens);
      return tokens > 3 ? rejection : undefined;
    };
    meter.isEvents = true;
    const event = Buffer.from('data: {"choices":[{"delta":{"content":"two words"}}]}\n\n');
    meter.bytes(event);
    expect(meter.stop()).toBeUndefined();
    meter.bytes(event);
    expect(meter.stop()).toBe(rejection);
    expect(heard).toEqual([2, 4]);
  });

  it('says why it has ended, and whether it has', () => {
    const { meter } = meterOf({ hasLeft: true, attempts: 1, status: 200 });
    meter.isEvents = true;
    expect([meter.isComplete, meter.finishReason]).toEqual([false, undefined]);
    meter.value({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
    expect([meter.isComplete, meter.finishReason]).toEqual([true, 'length']);
  });
});
