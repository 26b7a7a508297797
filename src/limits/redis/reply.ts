import type { ChargedItem, Figures, Grant, ReserveOutcome } from '../store.ts';

/** What scripts answer: packed doubles. Anything else is not our script's answer. */
export function readNumbers(reply: unknown): readonly number[] | undefined {
  if (!Buffer.isBuffer(reply) || reply.length === 0 || reply.length % 8 !== 0) return undefined;
  const numbers: number[] = [];
  for (let at = 0; at < reply.length; at += 8) numbers.push(reply.readDoubleLE(at));
  return numbers;
}

/** Which counters cannot be read; undefined: all can. */
export function readUnreadable([kind, ...indexes]: readonly number[]): readonly number[] | undefined {
  return kind === 3 ? indexes : undefined;
}

/** What the script decided of an item, and its figures. */
const itemLength = 6;

function readItems<T>(reply: readonly number[], from: number, item: (decided: number, figures: Figures) => T): T[] {
  const items: T[] = [];
  for (let at = from; at < reply.length; at += itemLength) {
    const [decided = 0, remaining = 0, used = 0, reserved = 0, resetMs = 0, spentBefore = -1] = reply.slice(at);
    items.push(item(decided, { remaining, used, reserved, resetMs, ...(spentBefore >= 0 && { spentBefore }) }));
  }
  return items;
}

export function readFigures(reply: readonly number[], from: number): readonly Figures[] {
  return readItems(reply, from, (_, figures) => figures);
}

export function readReserve(reply: readonly number[]): ReserveOutcome | undefined {
  if (reply[0] === 1) {
    return { kind: 'admitted', grants: readItems(reply, 1, (granted, figures): Grant => ({ granted, ...figures })) };
  }
  const [kind, index, retry] = reply;
  if (kind !== 0 || index === undefined || retry === undefined) return undefined;
  const isTooLarge = retry < 0;
  return {
    kind: 'refused',
    index,
    reason: isTooLarge ? 'too-large' : 'exhausted',
    retryAfterMs: isTooLarge ? undefined : retry,
    figures: readFigures(reply, 3),
  };
}

export function readCharged(reply: readonly number[]): readonly ChargedItem[] {
  return readItems(reply, 1, (room, figures): ChargedItem => ({ hasRoom: room === 1, ...figures }));
}
