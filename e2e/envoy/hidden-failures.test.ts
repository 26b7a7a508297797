import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/practice/behaviour/behaviour.ts';
import { startWatchingGateway, type WatchingGateway } from '../support/watching-gateway.ts';

/*
 * Failures behind a 200, on a real Envoy, for each of them × {stream, non-stream} × {first of two fails, all fail}.
 */

let watching: WatchingGateway;
beforeAll(async () => {
  watching = await startWatchingGateway();
});
afterAll(() => watching?.stop());
beforeEach(() => watching.reset());

interface Dialect {
  readonly path: string;
  readonly model: string;
  readonly prefix: string;
  readonly errorType: string;
  readonly lastEvent: RegExp;
}

const dialects: readonly Dialect[] = [
  {
    path: '/v1/chat/completions',
    model: 'watched',
    prefix: '',
    errorType: 'server_error',
    lastEvent: /^data: \[DONE\]$/,
  },
  {
    path: '/v1/responses',
    model: 'watched',
    prefix: '',
    errorType: 'server_error',
    lastEvent: /^data: {"type":"response.completed",/,
  },
  {
    path: '/v1/messages',
    model: 'claude',
    prefix: 'claude-',
    errorType: 'api_error',
    lastEvent: /^data: {"type":"message_stop"}$/,
  },
];

interface Hidden {
  readonly name: string;
  readonly stream: boolean;
  readonly rule: Rule;
  /** Of our own error, where the provider's is none that can be read. */
  readonly code?: string;
}

const hidden: readonly Hidden[] = [
  { name: 'an error as body', stream: false, rule: { fault: { kind: 'error-under-200' } } },
  { name: 'an error as body', stream: true, rule: { fault: { kind: 'error-under-200' } } },
  { name: 'an error as first event', stream: true, rule: { fault: { kind: 'first-event-error' } } },
  {
    name: 'JSON that is not all there',
    stream: false,
    rule: { fault: { kind: 'truncated-json' } },
    code: 'provider_unreachable',
  },
  {
    name: 'a body that breaks off',
    stream: false,
    rule: { firstChunkDelayMs: 30, fault: { kind: 'cut', at: 1 } },
    code: 'provider_unreachable',
  },
  {
    name: 'a stream that breaks off before its first event',
    stream: true,
    rule: { fault: { kind: 'cut', at: 'after-headers' } },
    code: 'provider_unreachable',
  },
];

describe.each(dialects)('at $path', ({ path, model: name, prefix, errorType, lastEvent }) => {
  describe.each(hidden)('$name, stream: $stream', ({ stream, rule, code }) => {
    it('leads to the second target', async () => {
      watching.practice.behave({ account: 'first', ...rule });
      const answer = await watching.ask(name, stream, path);
      expect(answer, answer.text).toMatchObject({ status: 200, attempts: `${prefix}first/one,${prefix}second/two` });
      if (stream) expect(answer.text.trimEnd().split('\n').at(-1)).toMatch(lastEvent);
      else expect(JSON.parse(answer.text)).toMatchObject({ model: 'two' });
      expect(watching.practice.requests.map(({ account }) => account)).toEqual(['first', 'second']);
      expect(watching.practice.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['one', 'two']);
    });

    it("is an error in the caller's dialect when all fail", async () => {
      watching.practice.behave(rule);
      const answer = await watching.ask(name, stream, path);
      expect(answer, answer.text).toMatchObject({ status: 502, attempts: `${prefix}first/one,${prefix}second/two` });
      expect(answer.type).toContain('application/json');
      expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
      const body = JSON.parse(answer.text);
      expect(body.error).toMatchObject({ type: errorType, message: expect.any(String) });
      if (prefix !== '') expect(body.type).toBe('error');
      if (code !== undefined && prefix === '') expect(body.error.code).toBe(code);
    });
  });

  it.each([{ stream: false }, { stream: true }])('passes a proper answer on, stream: $stream', async ({ stream }) => {
    const answer = await watching.ask(name, stream, path);
    expect(answer, answer.text).toMatchObject({ status: 200, attempts: `${prefix}first/one` });
    expect(watching.practice.requests).toHaveLength(1);
  });
});

describe('a chain of one target', () => {
  it('gives the error a status', async () => {
    watching.practice.behave({ fault: { kind: 'error-under-200' } });
    expect(await watching.ask('single', false)).toMatchObject({ status: 502, attempts: 'first/one' });
    watching.practice.behave({ fault: { kind: 'first-event-error' } });
    expect(await watching.ask('single', true)).toMatchObject({
      status: 502,
      attempts: 'first/one',
      type: 'application/json',
    });
  });
});

describe('failures in the open', () => {
  it('are retried as the rest of the policy says, and no further', async () => {
    watching.practice.behave({ account: 'first', fault: { kind: 'status', status: 502 } });
    expect(await watching.ask('watched', false)).toMatchObject({ status: 502, attempts: 'first/one' });
    watching.practice.behave({ account: 'first', fault: { kind: 'status', status: 429 } });
    expect(await watching.ask('watched', true)).toMatchObject({ status: 200, attempts: 'first/one,second/two' });
  });
});

describe('a target that keeps failing behind a 200', () => {
  it('cools down like any other', async () => {
    watching.practice.behave({ account: 'first', fault: { kind: 'error-under-200' } });
    for (let i = 0; i < 2; i++) expect((await watching.ask('cooling', false)).attempts).toBe('first/one,second/two');
    expect((await watching.ask('cooling', false)).attempts).toBe('second/two');
  });
});

async function metric(pattern: RegExp): Promise<number> {
  const pages = await Promise.all(watching.gateway.processors.map((each) => each.metrics()));
  return pages.reduce((sum, page) => sum + Number(pattern.exec(page)?.[1] ?? 0), 0);
}

const outcome = (name: string) =>
  metric(new RegExp(`^sluice_watched_responses_total\\{outcome="${name}"\\} (\\d+)`, 'm'));
/** Each begins with headers of a request, other than those by which Envoy asks how the processor is. */
const streamsOpened = () => metric(/^sluice_extproc_messages_total\{kind="request_headers"\} (\d+)/m);

describe('what is counted', () => {
  it('tells what passed from what failed', async () => {
    const before = [await outcome('passed'), await outcome('error'), await outcome('broken')];
    await watching.ask('watched', false);
    watching.practice.behave({ account: 'first', fault: { kind: 'error-under-200' } });
    await watching.ask('watched', false);
    watching.practice.clear();
    watching.practice.behave({ account: 'first', fault: { kind: 'truncated-json' } });
    await watching.ask('watched', false);
    const after = [await outcome('passed'), await outcome('error'), await outcome('broken')];
    expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual([3, 1, 1]);
  });

  it('shows that a model that is not watched costs one stream, and a watched one two', async () => {
    const cost = async (name: string, stream: boolean): Promise<number> => {
      const before = await streamsOpened();
      await watching.ask(name, stream);
      return (await streamsOpened()) - before;
    };
    expect(await streamsOpened()).toBeGreaterThan(0);
    expect([await cost('plain', false), await cost('plain', true), await cost('quick', false)]).toEqual([1, 1, 1]);
    expect([await cost('watched', false), await cost('watched', true), await cost('quick', true)]).toEqual([2, 2, 2]);
  });
});
