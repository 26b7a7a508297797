import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../lib/log.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Account } from './account.ts';
import { type ReplicaWatch, watchReplicas } from './watch.ts';

const log = { ...createLogger({ name: 'test', level: 'silent' }), warn: vi.fn() };
const account = (replica: string, policy = 'p'): Account => ({
  replica,
  policy,
  isPublished: true,
  clients: [],
  refusals: [],
});
const at = (host: string) => ({ host, port: 1 });

let answers: Map<string, Result<Account>>;
let asked: string[];
let isLeader: boolean;
let isSettled: boolean;
let judged: unknown;
let changes: number;
let watch: ReplicaWatch;
let answer: () => Promise<void>;
let find: () => Promise<readonly { host: string; port: number }[]>;

beforeEach(() => {
  vi.useFakeTimers();
  log.warn.mockReset();
  answers = new Map([
    ['a', ok(account('a'))],
    ['b', ok(account('b'))],
  ]);
  asked = [];
  isLeader = true;
  isSettled = true;
  changes = 0;
  answer = async () => undefined;
  find = async () => [...answers.keys()].map(at);
  watch = watchReplicas({
    identity: 'a',
    find: () => find(),
    async ask({ host }) {
      asked.push(host);
      await answer();
      return answers.get(host) ?? err('gone');
    },
    isLeader: () => isLeader,
    isSettled(replicas) {
      judged = replicas;
      return isSettled;
    },
    onChange: () => {
      changes += 1;
    },
    log,
  });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

describe('watchReplicas()', () => {
  it('knows nothing before it has asked, then of all but itself, which it asks once', async () => {
    expect(watch.known()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10);
    expect(watch.known()).toEqual([{ address: 'b:1', account: account('b'), isSilent: false }]);
    expect(judged).toEqual(watch.known());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(changes).toBe(1);
  });

  it('asks soon again what is expected to change, and at once after a change of ours', async () => {
    isSettled = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.filter((host) => host === 'b').length).toBeGreaterThan(3);
    isSettled = true;
    await vi.advanceTimersByTimeAsync(500);
    asked.splice(0);
    watch.look();
    watch.look();
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toEqual(['b']);
  });

  it('lets one be silent for a moment: what it said last stands', async () => {
    await vi.advanceTimersByTimeAsync(10);
    const before = watch.known();
    for (let turn = 0; turn < 3; turn++) {
      answers.set('b', err('no answer'));
      await vi.advanceTimersByTimeAsync(4_000);
      expect(watch.known()).toEqual(before);
      answers.set('b', ok(account('b')));
      await vi.advanceTimersByTimeAsync(2_000);
    }
    expect([changes, log.warn.mock.calls]).toEqual([1, []]);
  });

  it('says who has been silent for too long, with what it said last, and forgets who is gone', async () => {
    await vi.advanceTimersByTimeAsync(10);
    answers.set('b', err('no answer'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(log.warn.mock.calls).toEqual([[{ replica: 'b:1', error: 'no answer' }, 'a replica does not answer']]);
    expect(watch.known()).toEqual([{ address: 'b:1', account: account('b'), isSilent: true }]);
    answers.delete('b');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(watch.known()).toEqual([]);
    expect(changes).toBe(3);
    // The address is another's by now, which has a patience of its own.
    answers.set('b', ok(account('c')));
    await vi.advanceTimersByTimeAsync(2_000);
    answers.set('b', err('no answer'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(watch.known()).toEqual([{ address: 'b:1', account: account('c'), isSilent: false }]);
  });

  it('has no patience with one that has never said anything', async () => {
    answers.set('b', err('no answer'));
    await vi.advanceTimersByTimeAsync(10);
    expect(watch.known()).toEqual([{ address: 'b:1', isSilent: true }]);
  });

  it('counts names that cannot be looked up, or not in time, as silence', async () => {
    find = () => Promise.reject(new Error('EAI_AGAIN'));
    await vi.advanceTimersByTimeAsync(10);
    expect(watch.known()).toMatchObject([{ address: 'DNS', isSilent: true }]);
    find = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(watch.known()).toMatchObject([{ isSilent: true }]);
  });

  it('asks those that it knows while names cannot be looked up for a moment', async () => {
    await vi.advanceTimersByTimeAsync(10);
    find = () => Promise.reject(new Error('EAI_AGAIN'));
    asked.splice(0);
    answers.set('b', ok(account('b', 'q')));
    await vi.advanceTimersByTimeAsync(4_000);
    expect([watch.known(), asked]).toEqual([
      [{ address: 'b:1', account: account('b', 'q'), isSilent: false }],
      ['b', 'b'],
    ]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(watch.known()).toEqual([{ address: 'DNS', isSilent: true }]);
    find = async () => [...answers.keys()].map(at);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(watch.known()).toMatchObject([{ address: 'b:1', isSilent: false }]);
  });

  it('asks nobody while another one leads, and starts afresh when it leads again', async () => {
    await vi.advanceTimersByTimeAsync(10);
    isLeader = false;
    await vi.advanceTimersByTimeAsync(2_000);
    asked.splice(0);
    await vi.advanceTimersByTimeAsync(4_000);
    expect([watch.known(), asked]).toEqual([undefined, []]);
    isLeader = true;
    watch.look();
    await vi.advanceTimersByTimeAsync(300);
    expect(watch.known()).toHaveLength(1);
  });

  it('says so when it leads and finds that there are no others: what waited for them can be told', async () => {
    answers.delete('b');
    isLeader = false;
    await vi.advanceTimersByTimeAsync(10);
    expect([watch.known(), changes]).toEqual([undefined, 0]);
    isLeader = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect([watch.known(), changes]).toEqual([[], 1]);
  });

  it('asks soon again for a change of ours that came while it was asking', async () => {
    await vi.advanceTimersByTimeAsync(10);
    answer = () => new Promise((resolve) => setTimeout(resolve, 500));
    await vi.advanceTimersByTimeAsync(2_000);
    asked.splice(0);
    watch.look();
    await vi.advanceTimersByTimeAsync(900);
    expect(asked).toEqual(['b']);
    await vi.advanceTimersByTimeAsync(1_700);
    expect(asked).toEqual(['b']);
  });

  it('asks although changes of ours never end', async () => {
    await vi.advanceTimersByTimeAsync(10);
    asked.splice(0);
    for (let turn = 0; turn < 20; turn++) {
      watch.look();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThan(10);
  });

  it('takes an answer for nothing that comes when it leads no more, or is closed', async () => {
    await vi.advanceTimersByTimeAsync(10);
    answer = () => new Promise((resolve) => setTimeout(resolve, 500));
    await vi.advanceTimersByTimeAsync(2_100);
    isLeader = false;
    await vi.advanceTimersByTimeAsync(500);
    expect([watch.known(), changes]).toEqual([undefined, 2]);
    isLeader = true;
    await vi.advanceTimersByTimeAsync(2_100);
    watch.close();
    watch.look();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([changes, vi.getTimerCount()]).toEqual([2, 0]);
  });
});
