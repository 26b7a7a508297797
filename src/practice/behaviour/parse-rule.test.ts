import { describe, expect, it } from 'vitest';
import { magicModels } from '../magic-models.ts';
import { parseRules } from './parse-rule.ts';

describe('A rule that people send', () => {
  it.each([
    {},
    { account: 'first', model: 'small', path: '/v1/messages', times: 2, gzip: true },
    { headersDelayMs: 1, firstChunkDelayMs: 2, chunkDelayMs: 0 },
    { fault: { kind: 'status', status: 503, retryAfterSeconds: 2, message: 'No.' } },
    { fault: { kind: 'cut', at: 3, how: 'reset' } },
    { fault: { kind: 'cut', at: 'before-content', how: 'close' } },
    { fault: { kind: 'never-answer' } },
    { fault: { kind: 'error-under-200' } },
    { fault: { kind: 'truncated-json' } },
    { fault: { kind: 'first-event-error' } },
  ])('is taken as it stands: %j', (json) => {
    expect(parseRules(json)).toEqual({ ok: true, value: [json] });
  });

  it('may be one of a list', () => {
    expect(parseRules([{ model: 'a' }, { model: 'b' }])).toEqual({ ok: true, value: [{ model: 'a' }, { model: 'b' }] });
  });

  it('may borrow what a magic model does', () => {
    const parsed = parseRules({ account: 'first', like: 'fail-429', times: 1 });
    expect(parsed).toEqual({ ok: true, value: [{ ...magicModels['fail-429'].behaviour, account: 'first', times: 1 }] });
  });

  it.each([
    [undefined, 'must be a JSON object'],
    ['fail-429', 'must be a JSON object'],
    [[{}, 5], 'must be a JSON object'],
    [{ modle: 'a' }, 'Did you mean "model"?'],
    [{ zzzzzzzz: 1 }, 'Fields: account'],
    [{ like: 'fail-418' }, '"like" must be one of: fail-429'],
    [{ like: 'toString' }, '"like" must be one of'],
    [{ account: '' }, '"account" must be a text'],
    [{ times: 0 }, '"times" must be a whole number of at least 1'],
    [{ headersDelayMs: -1 }, '"headersDelayMs" must be milliseconds'],
    [{ chunkDelayMs: 600_001 }, '"chunkDelayMs" must be milliseconds'],
    [{ gzip: 'yes' }, '"gzip" must be true or false'],
    [{ fault: 'status' }, '"fault" must be an object'],
    [{ fault: { kind: 'explode' } }, '"fault.kind" must be one of: status, cut'],
    [{ fault: { kind: 'status', status: 200 } }, '"fault.status" must be an error status'],
    [{ fault: { kind: 'status', status: 429, retryAfterSeconds: -1 } }, '"fault.retryAfterSeconds" must be'],
    [{ fault: { kind: 'status', status: 429, message: 5 } }, '"fault.message" must be a text'],
    [{ fault: { kind: 'cut', at: 'never' } }, '"fault.at" must be one of: before-headers'],
    [{ fault: { kind: 'cut', at: 0 } }, '"fault.at" must be'],
    [{ fault: { kind: 'cut', at: 1, how: 'softly' } }, '"fault.how" must be'],
    [{ fault: { kind: 'never-answer', status: 500 } }, '"fault.status" does not belong here'],
  ])('is refused with a sentence about what is wrong: %j', (json, sentence) => {
    expect(parseRules(json)).toEqual({ ok: false, error: expect.stringContaining(sentence) });
  });
});
