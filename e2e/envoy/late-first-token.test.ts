import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/practice/behaviour/behaviour.ts';
import { startWatchingGateway, type WatchingGateway } from '../support/watching-gateway.ts';

/* Streams of which nothing has come in the time that a first token may take, on a real Envoy. */

let watching: WatchingGateway;
beforeAll(async () => {
  watching = await startWatchingGateway();
});
afterAll(() => watching?.stop());
beforeEach(() => watching.reset());

describe('a first token that is late', () => {
  it.each<[string, Rule]>([
    ['behind early headers', { firstChunkDelayMs: 3_000 }],
    ['behind late headers', { headersDelayMs: 3_000 }],
  ])('%s leads to the next target', async (_, rule) => {
    watching.practice.behave({ account: 'first', ...rule });
    const startedAt = performance.now();
    expect(await watching.ask('quick', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('is a time-out for the caller when nobody is left', async () => {
    watching.practice.behave({ firstChunkDelayMs: 3_000 });
    const answer = await watching.ask('quick', true);
    expect(answer).toMatchObject({ status: 504, attempts: 'first/one,second/two' });
    expect(JSON.parse(answer.text).error.code).toBe('provider_timeout');
  });

  it('is bounded by the time of an attempt as well', async () => {
    watching.practice.behave({ account: 'first', firstChunkDelayMs: 3_000 });
    const startedAt = performance.now();
    expect(await watching.ask('impatient', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('is no matter without a stream', async () => {
    watching.practice.behave({ headersDelayMs: 500 });
    expect(await watching.ask('quick', false)).toMatchObject({ status: 200, attempts: 'first/one' });
  });
});
