import { describe, expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { RenewOutcome, ReserveOutcome, Store } from '../store.ts';
import { figures } from '../testing/answers.ts';
import { createLeasePool, type Lease } from './lease-pool.ts';

const tokens: Counter = { kind: 'fixed', key: 'tokens', limit: 1_000, windowMs: 3_600_000 };
const allotment = 100;
const ttlMs = 9_000;

function open(changed: (memory: Store) => Partial<Store> = () => ({})) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const memory = createMemoryStore({ now });
  const shared: Store = { ...memory, ...changed(memory) };
  let serial = 0;
  const pool = createLeasePool({ shared, ttlMs, now, nextId: () => `lease-${++serial}` });
  return {
    clock,
    pool,
    find: (amount = 1) => pool.find(tokens, amount, allotment),
    told: () => figures(memory, tokens),
  };
}

function begin(lease: Lease | undefined, amount: number): Lease {
  if (lease === undefined) throw new Error('no lease');
  lease.running += 1;
  lease.drawn += amount;
  return lease;
}

function end(lease: Lease, amount: number): Lease {
  lease.running -= 1;
  lease.spent += amount;
  return lease;
}

describe('the leases of a process', () => {
  it('are given back when nothing has been drawn from them for a third of their life', async () => {
    const { clock, pool, find, told } = open();
    end(begin(find(), 7), 7);
    clock.now += ttlMs / 3 - 1;
    pool.tick();
    expect(await told()).toMatchObject({ used: allotment, reserved: allotment });
    clock.now += 1;
    pool.tick();
    expect(await told()).toMatchObject({ used: 7, reserved: 0 });
    expect(find()?.id).toBe('lease-2');
  });

  it('are prolonged while something runs on them', async () => {
    const { clock, pool, find, told } = open();
    begin(find(), 30);
    for (let third = 0; third < 6; third++) {
      clock.now += ttlMs / 3;
      pool.tick();
    }
    expect(find()?.id).toBe('lease-1');
    expect(await told()).toMatchObject({ reserved: allotment });
  });

  it('leave what was spent counted when their process dies', async () => {
    const { clock, pool, find, told } = open();
    end(begin(begin(find(), 30), 20), 30);
    pool.tick();
    clock.now += ttlMs;
    expect(await told()).toMatchObject({ used: 30, reserved: 0 });
  });

  it('are replaced when less than a quarter would be left, and settled when nothing runs on them any more', async () => {
    const { pool, find, told } = open();
    const first = begin(find(), 74);
    expect(find()).toBe(first);
    const second = begin(find(2), 2);
    expect(second).not.toBe(first);
    expect(await told()).toMatchObject({ reserved: 2 * allotment });
    pool.afterUse(second);
    pool.afterUse(first);
    expect(await told()).toMatchObject({ reserved: 2 * allotment });
    pool.afterUse(end(first, 50));
    pool.afterUse(first);
    expect(await told()).toMatchObject({ used: 50 + allotment, reserved: allotment });
  });

  it('are of no use once the store has ended them', async () => {
    const { clock, pool, find, told } = open();
    const lost = begin(find(), 5);
    clock.now += ttlMs;
    expect(find()).not.toBe(lost);
    const other = begin(find(), 5);
    clock.now += ttlMs;
    pool.tick();
    expect(other.isRetired).toBe(true);
    pool.afterUse(end(lost, 5));
    pool.afterUse(end(other, 3));
    expect(await told()).toMatchObject({ used: 8, reserved: 0 });
  });

  it('give nothing out for longer than the store has said', () => {
    const away: RenewOutcome = { kind: 'unavailable', cause: 'offline', message: 'away', mayHaveHappened: false };
    const { clock, pool, find } = open(() => ({ renew: (_, done) => done(away) }));
    const lease = begin(find(), 1);
    clock.now += ttlMs / 3;
    pool.tick();
    expect(find()).toBe(lease);
    clock.now += ttlMs - ttlMs / 3;
    pool.tick();
    expect(find()).not.toBe(lease);
  });

  it('have nothing for who asks for nothing once everything is drawn', () => {
    const { find } = open((memory) => ({
      reserve: (request, done) => (request.id === 'lease-1' ? memory.reserve(request, done) : undefined),
    }));
    begin(find(allotment), allotment);
    expect(find(0)).toBeUndefined();
  });

  it('are asked for once while the answer is under way, and again after a refusal', () => {
    const answers: ((outcome: ReserveOutcome) => void)[] = [];
    const { find } = open(() => ({ reserve: (_, done) => void answers.push(done) }));
    find();
    find();
    expect(answers).toHaveLength(1);
    answers[0]?.({ kind: 'refused', index: 0, reason: 'exhausted', retryAfterMs: 1, figures: [] });
    expect(find()).toBeUndefined();
    expect(answers).toHaveLength(2);
  });

  it('are given back at the end, with what still runs on them', async () => {
    const { pool, find, told } = open();
    end(begin(begin(find(), 60), 20), 60);
    begin(find(), 5);
    let ends = 0;
    pool.giveBackAll(() => ends++);
    expect(ends).toBe(1);
    expect(await told()).toMatchObject({ used: 60, reserved: 0 });
    pool.giveBackAll(() => ends++);
    expect(ends).toBe(2);
  });
});
