import { describe, expect, it } from 'vitest';
import type { Rule, Subject } from './behaviour.ts';
import { createRules } from './rules.ts';

const subject: Subject = { account: 'first', model: 'small', path: '/v1/messages' };
const rule = (status: number, more: Rule = {}): Rule => ({ fault: { kind: 'status', status }, ...more });

describe('Rules', () => {
  it('match by account, model and path, each when it is given', () => {
    const misses: readonly Rule[] = [{ account: 'other' }, { model: 'other' }, { path: '/v1/responses' }];
    for (const miss of misses) expect(createRules([miss]).take(subject)).toBeUndefined();
    const hits: readonly Rule[] = [{}, { account: 'first' }, { model: 'small' }, { path: '/v1/messages' }];
    for (const hit of hits) expect(createRules([hit]).take(subject)).toBe(hit);
    expect(createRules([{ account: 'first', model: 'other' }]).take(subject)).toBeUndefined();
  });

  it('let the newest one win, and the next one when it is used up', () => {
    const rules = createRules([rule(500)]);
    rules.add(rule(503, { times: 2 }));
    rules.add(rule(429, { account: 'other' }));
    const statuses = [1, 2, 3, 4].map(() => rules.take(subject)?.fault);
    expect(statuses).toEqual([rule(503).fault, rule(503).fault, rule(500).fault, rule(500).fault]);
  });

  it('count only the requests that they match', () => {
    const rules = createRules([rule(429, { model: 'small', times: 1 })]);
    expect(rules.take({ ...subject, model: 'large' })).toBeUndefined();
    expect(rules.list()).toEqual([rule(429, { model: 'small', times: 1 })]);
    expect(rules.take(subject)).toBeDefined();
    expect(rules.list()).toEqual([]);
  });

  it('go back to the defaults, with all their times', () => {
    const rules = createRules([rule(500, { times: 1 })]);
    rules.take(subject);
    rules.add(rule(503));
    rules.clear();
    expect(rules.list()).toEqual([rule(500, { times: 1 })]);
  });
});
