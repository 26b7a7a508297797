/** What stands in a Lease, as far as an election needs it. */
export interface LeaseRecord {
  readonly holder: string;
  readonly durationMs: number;
  readonly acquireTime: string;
  /** Told apart only: by the clock of whoever wrote it, it says nothing about ours. */
  readonly renewTime: string;
  readonly transitions: number;
  readonly resourceVersion: string;
}

export interface LeaseTimes {
  /** How long others wait after the last renewal they saw before they take over. */
  readonly leaseMs: number;
  /** A leader that could not renew for so long is none any more. Less than `leaseMs`, else there could be two. */
  readonly renewMs: number;
  /** Between two attempts. */
  readonly retryMs: number;
}

export interface LeaseState {
  readonly identity: string;
  readonly times: LeaseTimes;
  /** What was read or written last. */
  readonly record?: LeaseRecord;
  /** By our own clock, when the record was first seen as it is. */
  readonly seenAt: number;
  /** When the call that last renewed it was sent: earlier than anybody else can have seen it. Absent: not the leader. */
  readonly renewedAt?: number;
}

export type LeaseInput =
  | { readonly kind: 'read'; readonly record: LeaseRecord | undefined; readonly at: number }
  | { readonly kind: 'written'; readonly record: LeaseRecord; readonly sentAt: number; readonly at: number }
  /** Somebody else wrote in between. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'failed'; readonly at: number }
  | { readonly kind: 'released' };

/** What to do next. Written are only holder and times; the rest of a Lease stays as it is. */
export type LeaseAction =
  | { readonly kind: 'read' }
  | { readonly kind: 'create' }
  | { readonly kind: 'take'; readonly record: LeaseRecord; readonly isTransition: boolean }
  | { readonly kind: 'wait' };

export function startOfElection(identity: string, times: LeaseTimes): LeaseState {
  return { identity, times, seenAt: 0 };
}

export function isLeader(state: LeaseState, at: number): boolean {
  return state.renewedAt !== undefined && at - state.renewedAt < state.times.renewMs;
}

/** When leadership ends unless it is renewed before. */
export function leadershipEnd(state: LeaseState): number | undefined {
  return state.renewedAt === undefined ? undefined : state.renewedAt + state.times.renewMs;
}

/** What an answer means. Only our own clock counts: those of others may be wrong by hours. */
export function nextLeaseState(state: LeaseState, input: LeaseInput): LeaseState {
  switch (input.kind) {
    case 'read': {
      const { record, at } = input;
      const isSame = record !== undefined && state.record !== undefined && sameRenewal(record, state.record);
      const seen = { ...without(state), ...(record && { record }), seenAt: isSame ? state.seenAt : at };
      const isOurs = record?.holder === state.identity && state.renewedAt !== undefined;
      return isOurs ? { ...seen, renewedAt: state.renewedAt } : seen;
    }
    case 'written':
      return { ...without(state), record: input.record, seenAt: input.at, renewedAt: input.sentAt };
    case 'conflict':
      // Whether we are still the leader is known after reading; until then the time limit holds.
      return state;
    case 'failed':
      return isLeader(state, input.at) ? state : notLeading(state);
    case 'released':
      return notLeading(state);
  }
}

/** What to try at this time. */
export function leaseAction(state: LeaseState, at: number): LeaseAction {
  const { record, identity } = state;
  if (record === undefined) return { kind: 'create' };
  if (record.holder === identity) return { kind: 'take', record, isTransition: false };
  if (record.holder === '') return { kind: 'take', record, isTransition: true };
  // The holder's own duration counts: it may have been configured otherwise.
  const isOver = at - state.seenAt >= Math.max(record.durationMs, state.times.leaseMs);
  return isOver ? { kind: 'take', record, isTransition: true } : { kind: 'wait' };
}

function sameRenewal(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.resourceVersion === b.resourceVersion || (a.holder === b.holder && a.renewTime === b.renewTime);
}

function without({ identity, times }: LeaseState): Pick<LeaseState, 'identity' | 'times'> {
  return { identity, times };
}

function notLeading({ renewedAt: _, ...rest }: LeaseState): LeaseState {
  return rest;
}
