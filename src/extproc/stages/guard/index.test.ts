import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type action,
  answer,
  chat,
  gateway,
  guardrail,
  json,
  program,
  rule,
  ticket,
  type Wishes,
} from './testing/gateway.ts';

/* Which guardrails decide about a request, and what its caller is told. */

describe('a guardrail applies', () => {
  it.each([
    ['to its keys', { keys: ['red'] }, { key: 'red' }, { key: 'blue' }],
    ['to its teams', { teams: ['reds'] }, { key: 'red' }, { key: 'blue' }],
    [
      'where its provider is anywhere in the chain',
      { providers: ['second'] },
      { providers: ['first', 'second'] },
      { providers: ['first', 'third'] },
    ],
    [
      'to a value of a header',
      { headers: [{ name: 'x-tier', values: ['open'] }] },
      { headers: { 'x-tier': 'open' } },
      { headers: { 'x-tier': 'closed' } },
    ],
    ['to its APIs', { apis: ['responses'] }, { api: 'responses' }, { api: 'completions' }],
  ])('%s, and to nothing else', (_, scope, inside: Wishes, outside: Wishes) => {
    const { ask, records } = gateway(program(guardrail('g', [rule('r', 'block')], { scope })));
    const body = { model: 'm', input: ticket, prompt: ticket, messages: [{ role: 'user', content: ticket }] };
    expect(ask(body, inside).last).toBe('403');
    expect(ask(body, outside).last).toBe('requestBody');
    expect(records).toHaveLength(1);
  });
});

describe('several guardrails', () => {
  const order = ['block', 'redact', 'observe'] as const;
  const rail = (what: keyof typeof action) => guardrail(`g-${what}`, [rule(`r-${what}`, what)]);

  it.each([
    ['block beats the others', order, '403'],
    ['in any order', [...order].reverse(), '403'],
    ['redact beats observe', ['observe', 'redact'] as const, 'requestBody'],
  ])('%s', (_, actions, last) => {
    const { ask, records } = gateway(program(...actions.map(rail)));
    const asked = ask(chat(`see ${ticket}`));
    expect(asked.last).toBe(last);
    if (last === 'requestBody') expect(asked.body).toBe(JSON.stringify(chat('see [r-redact]')));
    asked.handler.end();
    expect(records[0]?.verdict).toBe(last === '403' ? 'block' : 'redact');
    expect(records[0]?.findings.map(({ action }) => action).sort()).toEqual([...actions].sort());
  });

  it('decide each what it finds: the one block among many texts refuses all of them', () => {
    const other = rule('other', 'block', { detector: { case: 'regex', value: { pattern: 'SECRET' } } });
    const { ask } = gateway(program(guardrail('a', [rule('r', 'redact')]), guardrail('b', [other])));
    const messages = [ticket, 'fine', 'a SECRET'].map((content) => ({ role: 'user', content }));
    expect(ask({ messages }).error).toMatchObject({ guardrail: 'b', rule: 'other' });
  });

  it('that only observe change nothing and record everything', () => {
    const { ask, records, decisions } = gateway(
      program(guardrail('g', [rule('one', 'block'), rule('two', 'redact')], { isObserving: true })),
    );
    const asked = ask(chat(ticket));
    expect([asked.last, asked.isChanged, asked.body]).toEqual(['requestBody', false, JSON.stringify(chat(ticket))]);
    asked.receive(json, answer(ticket));
    expect(asked.last).toBe('responseBody');
    expect(asked.text).toBe('');
    expect(records[0]).toMatchObject({ verdict: 'observe', blockedBy: null, ending: 'done' });
    expect(records[0]?.findings).toMatchObject([
      { rule: 'one', action: 'observe', count: 2 },
      { rule: 'two', action: 'observe', count: 2 },
    ]);
    expect(decisions).toEqual(['g observe']);
  });
});

describe('a refusal', () => {
  it('says what the rule wants to say, and who refused', () => {
    const { ask } = gateway(program(guardrail('g', [rule('r', 'block', { message: 'Not here.' })])));
    const { error } = ask(chat(ticket));
    expect(error).toMatchObject({ type: 'guardrail_violation', message: 'Not here.', guardrail: 'g', rule: 'r' });
    expect(JSON.stringify(error)).not.toContain('123456');
  });
});

describe('a program that changes while a request runs', () => {
  it('does not reach the request, its answer included, and reaches the next one', async () => {
    const { ask, programs } = gateway(program(guardrail('g', [rule('old', 'redact')])));
    const asked = ask(chat('hello'));
    programs.current = program(guardrail('g', [rule('new', 'block')], { version: 'g-2' }));
    asked.receive(json, answer(ticket));
    expect(asked.text).toBe(answer('[old]'));
    expect(ask(chat(ticket)).error).toMatchObject({ rule: 'new' });
    programs.current = program();
    await sleep(0);
    expect(ask(chat(ticket)).last).toBe('requestBody');
  });
});
