import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { SettleOutcome, Unavailable, UsageRequest } from '../store.ts';
import { createSettleQueue } from './settle-queue.ts';

const retentionMs = 60_000;
const settled: SettleOutcome = { kind: 'settled', isLate: false, figures: [] };
const away: Unavailable = { kind: 'unavailable', cause: 'offline', message: 'away', mayHaveHappened: false };
const request = (id: string): UsageRequest => ({ id, items: [] });

function open(capacity?: number) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const answers: ((outcome: SettleOutcome) => void)[] = [];
  let losses = 0;
  let failures = 0;
  const queue = createSettleQueue({
    store: {
      ...createMemoryStore(),
      settle({ id }, done) {
        asked.push(id);
        answers.push(done);
      },
    },
    retentionMs,
    now: () => clock.now,
    onLoss: (count) => {
      losses += count;
    },
    ...(capacity === undefined ? {} : { capacity }),
  });
  return {
    clock,
    asked,
    queue,
    losses: () => losses,
    failures: () => failures,
    replay: () => queue.replay(() => failures++),
    /** To the question that has waited longest. */
    answer: (outcome: SettleOutcome) => answers.shift()?.(outcome),
  };
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

describe('settlements that wait for the store', () => {
  it('are told in order, sixteen at a time', () => {
    const { queue, asked, replay, answer } = open();
    for (const id of names(20)) queue.add(request(id), false);
    replay();
    replay();
    expect(asked).toEqual(names(16));
    for (let n = 0; n < 20; n++) answer(settled);
    expect(asked).toEqual(names(20));
    expect(queue.length).toBe(0);
    queue.add(request('later'), false);
    replay();
    expect(asked.at(-1)).toBe('later');
  });

  it('wait on when the store fails again, which is said once', () => {
    const { queue, asked, replay, answer, failures } = open();
    for (const id of names(20)) queue.add(request(id), false);
    replay();
    for (let n = 0; n < 8; n++) answer(away);
    for (let n = 0; n < 8; n++) answer(settled);
    expect([asked.length, failures(), queue.length]).toEqual([16, 1, 12]);
    replay();
    expect(asked.slice(16)).toEqual(['r16', 'r17', 'r18', 'r19', ...names(8)]);
  });

  it('are lost where the store may have counted and forgotten them, and only there', () => {
    const { queue, clock, asked, replay, losses } = open();
    queue.add(request('known, perhaps'), true);
    queue.add(request('unknown'), false);
    queue.addAnswered([{ request: request('answered'), since: 0 }]);
    clock.now = retentionMs;
    replay();
    expect([asked, losses()]).toEqual([['unknown'], 1]);
  });

  it('do not stand in the way of others when they cannot be told', () => {
    const { queue, asked, replay, answer, losses } = open();
    for (const id of names(17)) queue.add(request(id), false);
    replay();
    for (let n = 0; n < 17; n++) answer({ ...away, cause: 'invalid' });
    queue.add(request('later'), false);
    replay();
    expect([asked.length, asked.at(-1), losses(), queue.length]).toEqual([18, 'later', 17, 1]);
  });

  it('keep their places beside those that were answered, which are told last', () => {
    const { queue, asked, replay, losses } = open(2);
    queue.addAnswered(['old', 'a', 'b'].map((id) => ({ request: request(id), since: 0 })));
    expect(['x', 'y', 'z'].map((id) => queue.add(request(id), false))).toEqual([true, true, false]);
    expect([queue.length, losses()]).toEqual([4, 1]);
    replay();
    expect(asked).toEqual(['x', 'y', 'a', 'b']);
  });
});
