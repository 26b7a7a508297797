import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { err, ok, type Result } from '../../lib/result.ts';
import type { TokenGrant } from '../../model/build/token-grant.ts';
import type { Token } from './token.ts';
import { createTokens, type Tokens } from './tokens.ts';

const lifeMs = 3_600_000;

let answers: Map<string, (result: Result<Token>) => void>;
let asked: string[];
let aborted: string[];
let changes: number;
let tokens: Tokens<TokenGrant>;

beforeEach(() => {
  vi.useFakeTimers();
  answers = new Map();
  asked = [];
  aborted = [];
  changes = 0;
  tokens = createTokens<TokenGrant, string>({
    source: (grant) => (signal) => {
      const name = grant.kind === 'entraClientSecret' ? grant.clientSecret : '';
      asked.push(name);
      signal.addEventListener('abort', () => aborted.push(name));
      return new Promise((resolve) => answers.set(name, resolve));
    },
    onChange: () => {
      changes++;
    },
  });
});

afterEach(() => {
  tokens.close();
  vi.useRealTimers();
});

const grant = (clientSecret: string): TokenGrant => ({
  kind: 'entraClientSecret',
  tenant: 't',
  clientId: 'c',
  clientSecret,
});

async function answer(name: string, result: Result<Token>): Promise<void> {
  answers.get(name)?.(result);
  await vi.advanceTimersByTimeAsync(0);
}

describe('createTokens()', () => {
  it('lets a build wait for the first answer, and does not tell it twice', async () => {
    expect(tokens.ask('one', grant('a'))).toEqual({});
    const complete = tokens.complete();
    await answer('a', ok({ value: 'token-a', lifeMs }));
    expect(await complete).toBe(true);
    expect(tokens.ask('one', grant('a'))).toEqual({ value: 'token-a' });
    expect(await tokens.complete()).toBe(false);
    expect([asked, changes]).toEqual([['a'], 0]);
  });

  it('lets a build wait for an error as well, which is to be said', async () => {
    tokens.ask('one', grant('a'));
    const complete = tokens.complete();
    await answer('a', err('refused'));
    expect(await complete).toBe(true);
    expect(tokens.ask('one', grant('a'))).toEqual({ trouble: 'refused' });
  });

  it('has patience for a while only, and tells later what comes later', async () => {
    tokens.ask('one', grant('a'));
    const complete = tokens.complete();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await complete).toBe(false);
    tokens.ask('one', grant('a'));
    // A further change is not held up any more.
    expect(await tokens.complete()).toBe(false);
    await answer('a', ok({ value: 'token-a', lifeMs }));
    expect([tokens.ask('one', grant('a')), changes]).toEqual([{ value: 'token-a' }, 1]);
  });

  it('asks once for what several want', async () => {
    tokens.ask('one', grant('a'));
    tokens.ask('two', grant('a'));
    expect(asked).toEqual(['a']);
  });

  it('forgets what nobody asks for any more', async () => {
    tokens.ask('one', grant('a'));
    const complete = tokens.complete();
    await answer('a', ok({ value: 'token-a', lifeMs }));
    await complete;
    expect(await tokens.complete()).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves an owner the last token until the one of a changed grant has come', async () => {
    tokens.ask('one', grant('a'));
    const complete = tokens.complete();
    await answer('a', ok({ value: 'token-a', lifeMs }));
    await complete;
    tokens.ask('one', grant('a'));
    await tokens.complete();

    expect(tokens.ask('one', grant('b'))).toEqual({ value: 'token-a' });
    // Nobody has to wait, and the former grant is not used again.
    expect(await tokens.complete()).toBe(false);
    await answer('b', err('wrong secret'));
    expect(changes).toBe(1);
    expect(tokens.ask('one', grant('b'))).toEqual({ value: 'token-a', trouble: 'wrong secret' });
    expect(tokens.ask('another', grant('b'))).toEqual({ trouble: 'wrong secret' });
    await tokens.complete();

    await vi.advanceTimersByTimeAsync(1_000);
    await answer('b', ok({ value: 'token-b', lifeMs }));
    expect(tokens.ask('one', grant('b'))).toEqual({ value: 'token-b' });
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(aborted).toEqual(['a']);
  });

  it('does not serve a token of a former grant beyond its end', async () => {
    tokens.ask('one', grant('a'));
    const complete = tokens.complete();
    await answer('a', ok({ value: 'token-a', lifeMs: 60_000 }));
    await complete;
    tokens.ask('one', grant('a'));
    await tokens.complete();
    tokens.ask('one', grant('b'));
    await tokens.complete();
    await answer('b', err('wrong secret'));
    tokens.ask('one', grant('b'));
    await tokens.complete();
    changes = 0;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(changes).toBe(1);
    expect(tokens.ask('one', grant('b')).value).toBe(undefined);
  });

  it('leaves nothing behind', async () => {
    tokens.ask('one', grant('a'));
    tokens.close();
    expect([aborted, vi.getTimerCount()]).toEqual([['a'], 0]);
  });
});
