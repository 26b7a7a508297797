import { describe, expect, it } from 'vitest';
import { isAsSeen, isNews, type Reference } from './reference.ts';

const present = (value: string, version = '1'): Reference<string> => ({ kind: 'present', value, uid: 'u', version });
const [absent, unread, failed]: Reference<string>[] = [
  { kind: 'absent' },
  { kind: 'unread' },
  { kind: 'failed', reason: 'Forbidden' },
];

describe('isAsSeen()', () => {
  it.each([
    ['the same version', present('a'), { uid: 'u', resourceVersion: '1' }, true],
    ['another version', present('a'), { uid: 'u', resourceVersion: '2' }, false],
    ['another object of that name', present('a'), { uid: 'v', resourceVersion: '1' }, false],
    ['nothing, where something was', present('a'), undefined, false],
    ['nothing, as before', absent, undefined, true],
    ['something, where nothing was', absent, { uid: 'u', resourceVersion: '1' }, false],
    ['nothing, though nobody has looked yet', unread, undefined, false],
    ['nothing, though it could not be read', failed, undefined, false],
  ])('%s', (_, known, seen, expected) => {
    expect(isAsSeen(known as Reference<string>, seen)).toBe(expected);
  });
});

describe('isNews()', () => {
  it.each([
    ['what was never read', unread, present('a'), false],
    ['the same value in another version', present('a'), present('a', '2'), false],
    ['another value', present('a'), present('b', '2'), true],
    ['that it is gone', present('a'), absent, true],
    ['that it is there', absent, present('a'), true],
    ['that it could be read at last', failed, absent, true],
    ['nothing, again', absent, absent, false],
  ])('%s', (_, before, after, expected) => {
    expect(isNews(before as Reference<string>, after as Reference<string>, (a, b) => a === b)).toBe(expected);
  });
});
