import { describe, expect, it } from 'vitest';
import {
  isLeader,
  type LeaseRecord,
  type LeaseState,
  leadershipEnd,
  leaseAction,
  nextLeaseState,
  startOfElection,
} from './lease-steps.ts';

const times = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };
const start = startOfElection('me', times);

function record(holder: string, renewTime: string, fields: Partial<LeaseRecord> = {}): LeaseRecord {
  const acquireTime = '2026-01-01T00:00:00.000000Z';
  return { holder, renewTime, acquireTime, durationMs: 15_000, transitions: 3, resourceVersion: renewTime, ...fields };
}

function read(state: LeaseState, found: LeaseRecord | undefined, at: number): LeaseState {
  return nextLeaseState(state, { kind: 'read', record: found, at });
}

const leading = nextLeaseState(start, { kind: 'written', record: record('me', '1'), sentAt: 1000, at: 1400 });

describe('leaseAction()', () => {
  it('creates a lease that is not there', () => {
    expect(leaseAction(read(start, undefined, 0), 0)).toEqual({ kind: 'create' });
  });

  it('takes one that was given back at once', () => {
    expect(leaseAction(read(start, record('', '1'), 0), 0)).toMatchObject({ kind: 'take', isTransition: true });
  });

  it('waits for as long as a holder had time to renew since it was first seen', () => {
    const seen = read(start, record('other', '1'), 5_000);
    expect(leaseAction(seen, 19_999)).toEqual({ kind: 'wait' });
    expect(leaseAction(seen, 20_000)).toMatchObject({ kind: 'take', isTransition: true });
  });

  it('counts from the last renewal that it saw, however wrong the clock of the holder is', () => {
    const first = read(start, record('other', '1970-01-01T00:00:00.000000Z'), 0);
    const same = read(first, record('other', '1970-01-01T00:00:00.000000Z', { resourceVersion: '9' }), 10_000);
    expect(leaseAction(same, 15_000).kind).toBe('take');
    const renewed = read(first, record('other', '1970-01-01T00:00:02.000000Z'), 10_000);
    expect(leaseAction(renewed, 24_999).kind).toBe('wait');
  });

  it('respects a holder that promised to renew less often', () => {
    const seen = read(start, record('other', '1', { durationMs: 60_000 }), 0);
    expect(leaseAction(seen, 59_999).kind).toBe('wait');
    expect(leaseAction(seen, 60_000).kind).toBe('take');
  });

  it('renews its own without counting a transition', () => {
    expect(leaseAction(leading, 3_000)).toMatchObject({ kind: 'take', isTransition: false });
  });
});

describe('isLeader()', () => {
  it('counts from when the renewal was sent, not from when its answer came', () => {
    expect([isLeader(leading, 10_999), isLeader(leading, 11_000)]).toEqual([true, false]);
    expect(leadershipEnd(leading)).toBe(11_000);
  });

  it('is false before anything was written', () => {
    expect(isLeader(read(start, record('me', '1'), 0), 0)).toBe(false);
  });

  it('ends at once when another one holds the lease', () => {
    expect(isLeader(read(leading, record('other', '2'), 2_000), 2_000)).toBe(false);
  });

  it('ends at once when the lease is gone or given back', () => {
    expect(isLeader(read(leading, undefined, 2_000), 2_000)).toBe(false);
    expect(isLeader(nextLeaseState(leading, { kind: 'released' }), 2_000)).toBe(false);
  });

  it('survives failures until its time is over', () => {
    const failed = nextLeaseState(leading, { kind: 'failed', at: 5_000 });
    expect(isLeader(failed, 5_000)).toBe(true);
    expect(leadershipEnd(nextLeaseState(failed, { kind: 'failed', at: 11_000 }))).toBeUndefined();
  });

  it('survives a conflict with somebody who touched the lease without taking it', () => {
    const touched = nextLeaseState(leading, { kind: 'conflict' });
    expect(isLeader(read(touched, record('me', '1', { resourceVersion: '7' }), 2_000), 2_000)).toBe(true);
  });
});
