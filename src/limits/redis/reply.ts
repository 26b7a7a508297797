import type { ChargedItem, Figures, Grant, ReserveOutcome } from '../store.ts';

/** What scripts answer: whole numbers. Anything else is not our script's answer. */
export function isNumbers(reply: unknown): reply is readonly number[] {
  return Array.isArray(reply) && reply.every((value) => typeof value === 'number');
}

const figuresLength = 5;

export function readFigures(reply: readonly number[], at: number): Figures {
  const [remaining = 0, used = 0, reserved = 0, resetMs = 0, spentBefore = -1] = reply.slice(at, at + figuresLength);
  return { remaining, used, reserved, resetMs, ...(spentBefore >= 0 && { spentBefore }) };
}

export function readAllFigures(reply: readonly number[], from: number): readonly Figures[] {
  const all: Figures[] = [];
  for (let at = from; at < reply.length; at += figuresLength) all.push(readFigures(reply, at));
  return all;
}

/** Which counters cannot be read; undefined: all can. */
export function readUnreadable([kind, ...indexes]: readonly number[]): readonly number[] | undefined {
  return kind === 3 ? indexes : undefined;
}

export function readReserve(reply: readonly number[]): ReserveOutcome | undefined {
  if (reply[0] === 1) {
    const grants: Grant[] = [];
    for (let at = 1; at < reply.length; at += 1 + figuresLength) {
      grants.push({ granted: reply[at] ?? 0, ...readFigures(reply, at + 1) });
    }
    return { kind: 'admitted', grants };
  }
  const [kind, index, retry] = reply;
  if (kind !== 0 || index === undefined || retry === undefined) return undefined;
  const isTooLarge = retry < 0;
  return {
    kind: 'refused',
    index,
    reason: isTooLarge ? 'too-large' : 'exhausted',
    retryAfterMs: isTooLarge ? undefined : retry,
    figures: readAllFigures(reply, 3),
  };
}

export function readCharged(reply: readonly number[]): readonly ChargedItem[] {
  const items: ChargedItem[] = [];
  for (let at = 1; at < reply.length; at += 1 + figuresLength) {
    items.push({ hasRoom: reply[at] === 1, ...readFigures(reply, at + 1) });
  }
  return items;
}
