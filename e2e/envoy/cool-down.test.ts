import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { attemptsOf, caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';

/*
 * A provider that keeps failing is passed over for a while, so that not every request has to find out again.
 */

const secret = 'sk-sluice-cool-down-test-key';
const coolDownMs = 600;
const failing = { fault: { kind: 'status', status: 503 } } as const;

let practice: Practice;
let gateway: TestGateway;
const ask = caller(() => gateway.url, secret);
const attempts = async (name: string): Promise<string> => attemptsOf(await ask({ model: name })).join();

beforeAll(async () => {
  practice = await startPractice();
  const coolDown = { failures: 2, for: `${coolDownMs}ms` };
  // Each test has targets of its own: what one of them has learned must not show in another.
  const names = ['skipped', 'mended', 'both', 'alone', 'mistaken'];
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `${practice.url}/first/v1`),
        provider('second', `${practice.url}/second/v1`),
        ...names.map((name) =>
          model(name, name === 'alone' ? ['first/alone'] : [`first/${name}`, `second/${name}`], {
            retry: { coolDown },
          }),
        ),
        apiKey('test', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

describe('a target that has failed twice in a row', () => {
  it('is passed over, and asked again by a single request when the time is over', async () => {
    practice.behave({ account: 'first', ...failing });
    const both = 'first/skipped,second/skipped';
    expect(await attempts('skipped')).toBe(both);
    expect(await attempts('skipped')).toBe(both);
    for (let request = 0; request < 5; request++) expect(await attempts('skipped')).toBe('second/skipped');
    await sleep(coolDownMs);
    const probes = await Promise.all(Array.from({ length: 6 }, () => attempts('skipped')));
    expect(probes.filter((each) => each === both)).toHaveLength(1);
    expect(probes.filter((each) => each === 'second/skipped')).toHaveLength(5);
  });

  it('is asked first again when it has answered', async () => {
    practice.behave({ account: 'first', ...failing, times: 2 });
    for (let request = 0; request < 2; request++) await attempts('mended');
    expect(await attempts('mended')).toBe('second/mended');
    await sleep(coolDownMs);
    for (let request = 0; request < 5; request++) expect(await attempts('mended')).toBe('first/mended');
  });

  it('is asked nevertheless when everybody else has failed as well', async () => {
    practice.behave({ ...failing });
    const both = ['first/both,second/both', 'second/both,first/both'];
    for (let request = 0; request < 6; request++) expect(both).toContain(await attempts('both'));
    expect((await ask({ model: 'both' })).status).toBe(503);
    practice.clear();
    expect((await ask({ model: 'both' })).status).toBe(200);
  });

  it('is asked nevertheless when it is the only one', async () => {
    practice.behave({ ...failing, times: 4 });
    for (let request = 0; request < 4; request++) expect((await ask({ model: 'alone' })).status).toBe(503);
    expect((await ask({ model: 'alone' })).status).toBe(200);
  });
});

describe('a target that refuses what callers do wrong', () => {
  it('is not passed over', async () => {
    practice.behave({ account: 'first', fault: { kind: 'status', status: 400 } });
    for (let request = 0; request < 5; request++) expect(await attempts('mistaken')).toBe('first/mistaken');
  });
});
