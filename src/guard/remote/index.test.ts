import { afterEach, describe, expect, it } from 'vitest';
import type { RemoteVerdict } from '../remote-judge.ts';
import { fakeAzureContentSafety } from './testing/fake-azure-content-safety.ts';
import { fakeOpenaiModeration } from './testing/fake-openai-moderation.ts';
import type { Behaviour, FakeService } from './testing/fake-service.ts';
import {
  azure,
  bedrock,
  hook,
  judges,
  longText,
  openai,
  remoteRule,
  secret,
  user,
  verdictOf,
} from './testing/rules.ts';

const fakes: FakeService[] = [];
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())));

async function moderation(): Promise<FakeService> {
  const fake = await fakeOpenaiModeration('openai-key');
  fakes.push(fake);
  return fake;
}

async function contentSafety(): Promise<FakeService> {
  const fake = await fakeAzureContentSafety('azure-key');
  fakes.push(fake);
  return fake;
}

const failed = (reason: string) => ({ kind: 'failed', reason });

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('a remote judge', () => {
  it('answers at the deadline, breaks the call off and ignores what comes later', async () => {
    const fake = await moderation();
    fake.behave({ kind: 'slow', ms: 600 });
    const started = performance.now();
    await expect(verdictOf(judges(), remoteRule(openai(fake.url)), user('violence=0.9'), { ms: 60 })).resolves.toEqual(
      failed('timeout'),
    );
    expect(performance.now() - started).toBeLessThan(500);
    // On a busy machine it may be over before the call has arrived.
    await until(() => fake.abandoned === fake.requests.length);
    // `verdictOf` rejects a second answer.
    await new Promise((resolve) => setTimeout(resolve, 650));
  });

  it('fails at once, though not from inside, when the deadline has passed', async () => {
    const fake = await moderation();
    const remote = judges();
    // Nobody is asked, so that this opens no circuit either.
    for (let round = 0; round < 6; round++) {
      const verdict = await verdictOf(remote, remoteRule(openai(fake.url)), user('a'), { ms: -5 });
      expect(verdict).toEqual(failed('timeout'));
    }
    await expect(verdictOf(remote, remoteRule(openai(fake.url)), user('a'))).resolves.toEqual({ kind: 'allow' });
    expect(fake.requests).toHaveLength(1);
  });

  it.each<readonly [Behaviour, string]>([
    [{ kind: 'status', status: 400 }, 'refused'],
    [{ kind: 'status', status: 401 }, 'refused'],
    [{ kind: 'status', status: 429 }, 'overloaded'],
    [{ kind: 'status', status: 500 }, 'unreachable'],
    [{ kind: 'status', status: 503 }, 'overloaded'],
    [{ kind: 'status', status: 204 }, 'invalidAnswer'],
    [{ kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, 'refused'],
    [{ kind: 'body', body: 'no JSON' }, 'invalidAnswer'],
    [{ kind: 'huge', bytes: 300_000 }, 'invalidAnswer'],
    [{ kind: 'cut' }, 'unreachable'],
    [{ kind: 'cutMidway' }, 'unreachable'],
  ])('takes %j for a failure: %s', async (behaviour, reason) => {
    const fake = await moderation();
    fake.behave(behaviour);
    await expect(verdictOf(judges(), remoteRule(openai(fake.url)), user('a'))).resolves.toEqual(failed(reason));
  });

  it('cannot reach what is not there', async () => {
    const fake = await moderation();
    await fake.close();
    const verdict = await verdictOf(judges(), remoteRule(openai(fake.url)), user('a'));
    expect(verdict).toEqual(failed('unreachable'));
  });

  it('keeps its connection, and asks again when the other side had closed it', async () => {
    const fake = await moderation();
    const remote = judges();
    const rule = remoteRule(openai(fake.url));
    for (const text of ['a', 'b', 'c']) await verdictOf(remote, rule, user(text));
    expect(fake.connections).toBe(1);
    fake.behave({ kind: 'cut' }, 1);
    await expect(verdictOf(remote, rule, user('d'))).resolves.toEqual({ kind: 'allow' });
    expect(fake.requests).toHaveLength(5);
    fake.behave({ kind: 'cut' });
    await verdictOf(remote, rule, user('e'));
    await expect(verdictOf(remote, rule, user('f'))).resolves.toEqual(failed('unreachable'));
    remote.close();
  });

  it('asks no second time over a new connection, nor when the answer had begun', async () => {
    const fake = await moderation();
    const remote = judges();
    const rule = remoteRule(openai(fake.url));
    fake.behave({ kind: 'cut' }, 1);
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual(failed('unreachable'));
    await expect(verdictOf(remote, rule, user('b'))).resolves.toEqual({ kind: 'allow' });
    fake.behave({ kind: 'cutMidway' }, 1);
    await expect(verdictOf(remote, rule, user('c'))).resolves.toEqual(failed('unreachable'));
    expect(fake.requests).toHaveLength(3);
  });

  it('takes other credentials for another service, of which nothing is known', async () => {
    const fake = await moderation();
    const remote = judges();
    const rule = remoteRule(openai(fake.url), { remote: { cacheMs: 60_000 } });
    await verdictOf(remote, rule, user('a'));
    const stranger = remote.judgeFor(rule, () => 'another-key');
    await expect(
      new Promise((resolve) => stranger?.judge(user('a'), 'request', performance.now() + 2_000, resolve)),
    ).resolves.toEqual(failed('refused'));
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual({ kind: 'allow' });
    expect(fake.requests).toHaveLength(2);
  });

  it('asks no more at once than it may, and refuses more than may wait', async () => {
    const fake = await contentSafety();
    fake.behave({ kind: 'slow', ms: 40 });
    const remote = judges();
    const rule = remoteRule(azure(fake.url), { remote: { mostConcurrent: 2 } });
    const verdicts = await Promise.all(
      Array.from({ length: 9 }, (_, index) => verdictOf(remote, rule, user(`text ${index}`))),
    );
    // Two under way, and two waiting for each of the two slots.
    expect(verdicts.map(({ kind }) => kind)).toEqual([...Array(6).fill('allow'), ...Array(3).fill('failed')]);
    expect(verdicts[8]).toEqual(failed('overloaded'));
    expect(fake.mostAtOnce).toBe(2);
  });

  it('does not let the pieces of a long text overload it', async () => {
    const fake = await contentSafety();
    fake.behave({ kind: 'slow', ms: 5 });
    const rule = remoteRule(azure(fake.url), { remote: { mostConcurrent: 2 } });
    const verdict = await verdictOf(judges(), rule, user(longText(120_000, 'calm', 0)));
    expect(verdict).toEqual({ kind: 'allow' });
    expect(fake.requests.length).toBeGreaterThan(10);
    expect(fake.mostAtOnce).toBe(2);
    expect(await verdictOf(judges(), rule, user(longText(3_000_000, 'calm', 0)))).toEqual(failed('overloaded'));
  });

  it('asks no longer after failures in a row, and tries with one request later', async () => {
    const fake = await moderation();
    let time = 0;
    const remote = judges({ now: () => performance.now() + time, random: () => 0.5 });
    const ask = (text: string) => verdictOf(remote, remoteRule(openai(fake.url)), user(text), { ms: time + 2_000 });
    fake.behave({ kind: 'status', status: 500 });
    for (let round = 0; round < 5; round++) await expect(ask(`text ${round}`)).resolves.toEqual(failed('unreachable'));
    const asked = performance.now();
    await expect(ask('another')).resolves.toEqual(failed('circuitOpen'));
    expect(performance.now() - asked).toBeLessThan(1_500);
    expect(fake.requests).toHaveLength(5);

    time += 5_100;
    const [probe, others] = await Promise.all([ask('probe'), ask('others')]);
    expect([probe, others]).toEqual([failed('unreachable'), failed('circuitOpen')]);
    time += 5_100;
    await expect(ask('too early: it doubles')).resolves.toEqual(failed('circuitOpen'));

    time += 5_000;
    fake.behave(undefined);
    await expect(ask('well again')).resolves.toEqual({ kind: 'allow' });
    await expect(Promise.all([ask('one'), ask('two')])).resolves.toEqual([{ kind: 'allow' }, { kind: 'allow' }]);
  });

  it('keeps asking a service that refuses: one text must not shut it for the others', async () => {
    const fake = await moderation();
    const remote = judges();
    fake.behave({ kind: 'status', status: 400 }, 8);
    for (let round = 0; round < 8; round++) await verdictOf(remote, remoteRule(openai(fake.url)), user('a'));
    await expect(verdictOf(remote, remoteRule(openai(fake.url)), user('a'))).resolves.toEqual({ kind: 'allow' });
  });

  it('counts the pieces of one text that fail together as one failure', async () => {
    const fake = await contentSafety();
    const remote = judges();
    const rule = remoteRule(azure(fake.url), { action: 'observe' });
    fake.behave({ kind: 'status', status: 500 });
    const verdict = await verdictOf(remote, rule, user(longText(100_000, 'calm', 0)));
    expect(verdict).toEqual(failed('unreachable'));
    expect(fake.requests.length).toBeGreaterThan(5);
    fake.behave(undefined);
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual({ kind: 'allow' });
  });

  it('remembers verdicts by text, for a time, across programs', async () => {
    const fake = await moderation();
    let time = 0;
    const remote = judges({ now: () => performance.now() + time });
    const ask = (...texts: readonly string[]) => {
      // A new rule each time, as a new program has it.
      const rule = remoteRule(openai(fake.url), { action: 'observe', remote: { cacheMs: 60_000 } });
      return verdictOf(remote, rule, user(...texts), { ms: time + 2_000 });
    };
    const first = await ask('calm', 'violence=0.9');
    await expect(ask('violence=0.9', 'new')).resolves.toMatchObject({ reasons: [{ text: 0, entity: 'violence' }] });
    await expect(ask('calm', 'violence=0.9')).resolves.toEqual(first);
    expect(fake.requests.map(({ body }) => JSON.parse(body).input)).toEqual([['calm', 'violence=0.9'], ['new']]);
    time += 60_001;
    await ask('calm');
    expect(fake.requests).toHaveLength(3);
  });

  it('remembers no failure', async () => {
    const fake = await moderation();
    const remote = judges();
    const rule = remoteRule(openai(fake.url), { remote: { cacheMs: 60_000 } });
    fake.behave({ kind: 'status', status: 500 }, 1);
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual(failed('unreachable'));
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual({ kind: 'allow' });
  });

  it('is silent after it was cancelled, and breaks the call off', async () => {
    const fake = await moderation();
    fake.behave({ kind: 'hang' });
    const answers: RemoteVerdict[] = [];
    const judge = judges().judgeFor(remoteRule(openai(fake.url)), secret);
    // So late that a busy machine has made the call by then.
    const deadline = performance.now() + 2_000;
    const cancel = judge?.judge(user('a'), 'request', deadline, (verdict) => answers.push(verdict));
    await until(() => fake.requests.length === 1);
    cancel?.();
    await until(() => fake.abandoned === 1);
    // Or it would have been the deadline that broke it off.
    expect(performance.now()).toBeLessThan(deadline);
    // Cancelled before it was told what was known at once.
    judge?.judge([], 'request', performance.now() + 50, (verdict) => answers.push(verdict))();
    judge?.judge(user('b'), 'request', performance.now() - 1, (verdict) => answers.push(verdict))();
    await until(() => performance.now() > deadline + 30);
    expect(answers).toEqual([]);
  });

  it('works beside others, not after them', async () => {
    const services = [await contentSafety(), await moderation()] as const;
    for (const fake of services) fake.behave({ kind: 'slow', ms: 300 });
    const remote = judges();
    const rules = [remoteRule(azure(services[0].url)), remoteRule(openai(services[1].url))];
    const started = performance.now();
    await Promise.all(rules.map((rule) => verdictOf(remote, rule, user('a'))));
    expect(performance.now() - started).toBeLessThan(580);
  });

  it('lets the worst verdict win, and what is missing when the rule cannot do without it', async () => {
    const texts = user(longText(25_000, 'Violence=6', 100));
    for (const [action, onFailure, kind] of [
      ['observe', 'closed', 'blocked'],
      ['redact', 'open', 'blocked'],
      ['redact', 'closed', 'failed'],
    ] as const) {
      const fake = await contentSafety();
      const rule = remoteRule(azure(fake.url), { action, remote: { onFailure, mostConcurrent: 1 } });
      // One after the other: the piece with the finding is asked first, another one fails.
      fake.behave({ kind: 'slow', ms: 30 }, 1);
      const verdict = verdictOf(judges(), rule, texts);
      await until(() => fake.requests.length === 1);
      fake.behave({ kind: 'status', status: 500 }, 1);
      await expect(verdict).resolves.toMatchObject({ kind });
    }
  });

  it('blocks without waiting for the rest', async () => {
    const fake = await contentSafety();
    const rule = remoteRule(azure(fake.url), { remote: { mostConcurrent: 1 } });
    await expect(verdictOf(judges(), rule, user('Violence=7', 'a', 'b', 'c'))).resolves.toMatchObject({
      kind: 'blocked',
    });
    expect(fake.requests).toHaveLength(1);
  });

  it('is none without its credentials, or with one that cannot be sent', () => {
    const remote = judges();
    const specs = [
      azure('http://a'),
      openai('http://a'),
      bedrock('http://a'),
      hook('http://a'),
      hook('http://a', { ca: 'CA' }),
    ];
    for (const spec of specs) {
      expect(remote.judgeFor(remoteRule(spec), () => undefined)).toBeUndefined();
      expect(remote.judgeFor(remoteRule(spec), () => 'key\r\nx-other: 1')).toBeUndefined();
    }
    expect(remote.judgeFor(remoteRule(bedrock('http://a', 'NO_TOKEN')), secret)).toBeUndefined();
    expect(remote.judgeFor(remoteRule(hook('http://a', { ca: 'NO_CA' })), secret)).toBeUndefined();
    expect(remote.judgeFor(remoteRule(hook('http://a', { credential: '' })), () => undefined)).toBeDefined();
  });

  it('tells how long judgements took and how they ended, and nothing else', async () => {
    const fake = await moderation();
    const measured: unknown[] = [];
    const remote = judges({
      measured: (service, outcome, ms) => measured.push([service, outcome, ms > 0 && ms < 2_000]),
    });
    await verdictOf(remote, remoteRule(openai(fake.url)), user('violence=0.9'));
    fake.behave({ kind: 'status', status: 500 });
    await verdictOf(remote, remoteRule(openai(fake.url)), user('a'));
    expect(measured).toEqual([
      ['openaiModeration', 'blocked', true],
      ['openaiModeration', 'unreachable', true],
    ]);
  });
});
