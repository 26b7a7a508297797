import { describe, expect, it } from 'vitest';
import {
  errorOfAnswer,
  isConflict,
  isExpired,
  isForbidden,
  isNotFound,
  isRefusal,
  isTemporary,
  kubeError,
  kubeErrorText,
} from './error.ts';

describe('errorOfAnswer()', () => {
  it('has the API server’s own words', () => {
    const body = { kind: 'Status', reason: 'AlreadyExists', message: 'models "a" already exists' };
    expect(errorOfAnswer(409, body, undefined)).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: 'models "a" already exists',
    });
  });

  it.each<[number, string]>([
    [400, 'BadRequest'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [410, 'Gone'],
    [422, 'Invalid'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [504, 'Timeout'],
    [418, 'Status418'],
  ])('has a word for %i also where something else has answered', (code, reason) => {
    const message = `the API server answered ${code}`;
    for (const body of [undefined, null, 'busy', [], { reason: 'Other', message: 'of a proxy' }, { kind: 'Status' }]) {
      expect(errorOfAnswer(code, body, undefined)).toEqual({ code, reason, message });
    }
    expect(errorOfAnswer(code, { kind: 'Status', reason: '' }, undefined).reason).toBe(reason);
  });

  it.each<[string | undefined, number | undefined]>([
    ['1', 1000],
    ['60', 60_000],
    ['3600', 60_000],
    ['0', undefined],
    ['-1', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined],
  ])('leaves the API server alone for as long as it wants, a minute at most: %s', (retryAfter, pause) => {
    expect(errorOfAnswer(429, undefined, retryAfter).retryAfterMs).toBe(pause);
  });
});

describe('kubeErrorText()', () => {
  it('names the status where one came', () => {
    expect(kubeErrorText(kubeError(403, 'Forbidden', 'not you'))).toBe('Forbidden (403): not you');
    expect(kubeErrorText(kubeError(0, 'Unreachable', 'nobody is there'))).toBe('Unreachable: nobody is there');
  });
});

describe('errors are told apart:', () => {
  it.each([400, 403, 422, 500])('%i is a refusal, and will be one again', (code) => {
    expect([isRefusal(kubeError(code, 'x', '')), isTemporary(kubeError(code, 'x', ''))]).toEqual([true, false]);
  });

  it.each([429, 502, 503, 504])('%i is over some time', (code) => {
    expect([isRefusal(kubeError(code, 'x', '')), isTemporary(kubeError(code, 'x', ''))]).toEqual([false, true]);
  });

  it.each([
    ['Unreachable', true],
    ['Timeout', true],
    ['Unauthenticated', false],
    ['Unreadable', false],
    ['Closed', false],
  ])('no answer, because of %s, may come later: %s', (reason, expected) => {
    expect(isTemporary(kubeError(0, reason, ''))).toBe(expected);
  });

  it('a version is forgotten by its status, or by the word that a watch has for it', () => {
    expect(isExpired(kubeError(410, 'x', ''))).toBe(true);
    expect(isExpired(kubeError(0, 'Expired', ''))).toBe(true);
    expect(isExpired(kubeError(0, 'Gone', ''))).toBe(true);
    expect(isExpired(kubeError(404, 'NotFound', ''))).toBe(false);
  });
});

it.each([
  [403, 'isForbidden'],
  [404, 'isNotFound'],
  [409, 'isConflict'],
  [410, 'none of them'],
])('takes %i for what it is', (code, expected) => {
  const error = kubeError(code, 'x', '');
  const found = Object.entries({ isConflict, isForbidden, isNotFound }).filter(([, is]) => is(error));
  expect(found.map(([name]) => name)).toEqual(expected === 'none of them' ? [] : [expected]);
});
