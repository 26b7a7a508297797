import { describe, expect, it } from 'vitest';
import type { RemoteVerdict } from '../../../guard/remote-judge.ts';
import {
  answer,
  chat,
  delta,
  done,
  events,
  gateway,
  guardrail,
  json,
  patience,
  program,
  remote,
  rule,
  ticket,
} from './testing/gateway.ts';

describe('services', () => {
  const twoRules = () => program(guardrail('g', [remote('one', 'block'), remote('two', 'block')]));

  it('are asked at the same time, and the request waits for all of them', () => {
    const { ask, calls } = gateway(twoRules());
    const asked = ask(chat('hello'));
    expect(calls.map((call) => [call.rule, call.phase, call.texts])).toEqual([
      ['one', 'request', [{ text: 'hello', role: 'user' }]],
      ['two', 'request', [{ text: 'hello', role: 'user' }]],
    ]);
    expect(calls.every(({ inMs }) => inMs > 500 && inMs <= 1_000)).toBe(true);
    calls[1]?.answer({ kind: 'allow' });
    expect(asked.last).toBe('requestHeaders');
    calls[0]?.answer({ kind: 'allow' });
    expect(asked.last).toBe('requestBody');
  });

  it('are told what the local rules have left, and nothing when those refuse', () => {
    const rules = [rule('local', 'redact'), remote('far', 'block')];
    const { ask, calls } = gateway(program(guardrail('g', rules)));
    ask(chat(`a ${ticket}`));
    expect(calls[0]?.texts).toEqual([{ text: 'a [local]', role: 'user' }]);
    const blocking = gateway(program(guardrail('g', [rule('local', 'block'), remote('far', 'block')])));
    expect(blocking.ask(chat(ticket)).last).toBe('403');
    expect(blocking.calls).toEqual([]);
  });

  it('are told the texts of the roles of their rules only, and their verdicts find the way back', () => {
    const replaced: RemoteVerdict = { kind: 'replaced', texts: ['RESULT', 'MORE'], reasons: [] };
    const { ask, calls } = gateway(program(guardrail('g', [remote('far', 'redact', { roles: ['toolOutput'] })])));
    const body = (one: string, two: string) => ({
      messages: [
        { role: 'system', content: 'be good' },
        { role: 'tool', tool_call_id: 'a', content: one },
        { role: 'user', content: 'and?' },
        { role: 'tool', tool_call_id: 'b', content: two },
      ],
    });
    const asked = ask(body('result', 'more'));
    expect(calls[0]?.texts.map(({ text }) => text)).toEqual(['result', 'more']);
    calls[0]?.answer(replaced);
    expect(asked.body).toBe(JSON.stringify(body('RESULT', 'MORE')));
  });

  it('are not asked where there is no text of theirs', () => {
    const { ask, calls } = gateway(program(guardrail('g', [remote('far', 'block', { roles: ['toolOutput'] })])));
    expect(ask(chat('hello')).last).toBe('requestBody');
    expect(calls).toEqual([]);
  });

  it.each([
    ['closed', { failsOpen: false }, '503'],
    ['open', { failsOpen: true }, 'requestBody'],
  ])('that are too late fail %s', async (_, call, last) => {
    const { ask, records } = gateway(program(guardrail('g', [remote('far', 'block', {}, call)])), () => ({
      kind: 'failed',
      reason: 'timeout',
    }));
    const asked = ask(chat('hello'));
    await expect.poll(() => asked.last, patience).toBe(last);
    if (last === '503') {
      expect(asked.error).toMatchObject({ code: 'guardrail_unavailable', guardrail: 'g', rule: 'far' });
      asked.handler.end();
    } else {
      asked.receive(json, answer('hi'));
      await expect.poll(() => records.length, patience).toBe(1);
    }
    expect(records[0]?.findings[0]).toMatchObject({ rule: 'far', entity: 'unjudged:timeout' });
    expect(records[0]?.verdict).toBe(last === '503' ? 'block' : 'observe');
  });

  it.each([
    ['closed', { failsOpen: false }, '503'],
    ['open', { failsOpen: true }, 'requestBody'],
  ])('whose credential is missing fail %s', (_, call, last) => {
    const { ask, unknown } = gateway(program(guardrail('g', [remote('far', 'block', {}, call)])));
    unknown.add('far');
    expect(ask(chat('hello')).last).toBe(last);
  });

  it('never hold a request up when their rule only observes', async () => {
    const { ask } = gateway(program(guardrail('g', [remote('far', 'observe')])), () => ({
      kind: 'failed',
      reason: 'unreachable',
    }));
    const asked = ask(chat('hello'));
    await expect.poll(() => asked.last, patience).toBe('requestBody');
  });

  it('are not waited for when their rule only observes; the record is, also when the caller leaves', () => {
    const { ask, calls, records } = gateway(program(guardrail('g', [remote('far', 'observe')])));
    const asked = ask(chat('hello'));
    expect([calls.length, asked.last]).toEqual([1, 'requestBody']);
    asked.receive(json, answer('hi'));
    expect(asked.last).toBe('responseBody');
    expect(calls.map(({ phase, isCancelled }) => [phase, isCancelled])).toEqual([
      ['request', false],
      ['response', false],
    ]);
    expect(records).toEqual([]);
    calls[0]?.answer({ kind: 'blocked', reasons: [{ text: 0, entity: 'violence', score: 0.9 }] });
    calls[1]?.answer({ kind: 'failed', reason: 'timeout' });
    expect(records).toMatchObject([{ verdict: 'observe', ending: 'done' }]);
    expect(records[0]?.findings.map(({ entity }) => entity)).toEqual(['violence', 'unjudged:timeout']);

    const leaving = ask(chat('hello'));
    leaving.handler.reset();
    expect(calls[2]?.isCancelled).toBe(false);
    calls[2]?.answer({ kind: 'allow' });
    expect(records[1]).toMatchObject({ verdict: 'allow', ending: 'reset' });
  });

  it('do not hold up a stream that their rule only observes, and are asked when it is over', () => {
    const rules = [rule('local', 'redact'), remote('far', 'observe', { onRequest: false })];
    const { ask, calls, records } = gateway(program(guardrail('g', rules)));
    const asked = ask(chat('hello'));
    asked.receive(events, delta('see '), delta(`${ticket} a`), '');
    expect(asked.text).toBe(delta('see ') + delta('[local] a'));
    expect(calls.map(({ texts }) => texts)).toEqual([[{ text: 'see [local] a', role: 'assistant' }]]);
    calls[0]?.answer({ kind: 'found', spans: [{ text: 0, start: 0, end: 3, entity: 'e', score: 1 }] });
    expect(records[0]).toMatchObject({
      verdict: 'redact',
      findings: [{ rule: 'local' }, { rule: 'far', entity: 'e' }],
    });
  });

  it('are told that nobody waits any more when the caller leaves', () => {
    const { ask, calls, records } = gateway(twoRules());
    const asked = ask(chat('hello'));
    calls[0]?.answer({ kind: 'allow' });
    asked.handler.reset();
    expect(calls.map(({ isCancelled }) => isCancelled)).toEqual([false, true]);
    calls[1]?.answer({ kind: 'allow' });
    expect(asked.last).toBe('requestHeaders');
    expect(records).toMatchObject([{ ending: 'reset', verdict: 'allow' }]);
  });

  it('are told so as well while an answer is judged', () => {
    const { ask, calls } = gateway(program(guardrail('g', [remote('far', 'block', { onRequest: false })])));
    const asked = ask(chat('hello'));
    asked.receive(json, answer('hi'));
    expect(calls[0]).toMatchObject({ phase: 'response', texts: [{ text: 'hi', role: 'assistant' }] });
    asked.handler.reset();
    expect(calls[0]?.isCancelled).toBe(true);
  });

  it('of one rule may find what another one has reworded: nothing of either is let through', async () => {
    const { ask } = gateway(program(guardrail('g', [remote('words', 'redact'), remote('spans', 'redact')])), (call) =>
      call.rule === 'words'
        ? { kind: 'replaced', texts: ['reworded bad'], reasons: [] }
        : { kind: 'found', spans: [{ text: 0, start: 0, end: 3, entity: 'e', score: 1 }] },
    );
    const asked = ask(chat('bad words'));
    await expect.poll(() => asked.last, patience).toBe('requestBody');
    expect(asked.body).not.toMatch(/bad/);
  });

  it.each([
    ['JSON', json, [answer('bad')]],
    ['a stream', events, [delta('ba'), delta('d'), done]],
  ])('judge an answer when it is complete: %s', async (_, headers, pieces) => {
    const { ask, records } = gateway(program(guardrail('g', [remote('far', 'block', { onRequest: false })])), (call) =>
      call.texts[0]?.text === 'bad' ? { kind: 'blocked', reasons: [] } : { kind: 'allow' },
    );
    const asked = ask(chat('hello'));
    asked.receive(headers, ...pieces);
    await expect.poll(() => asked.text, patience).toContain('guardrail_violation');
    expect(asked.text).not.toContain('bad');
    expect(records).toMatchObject([
      { verdict: 'block', blockedBy: { guardrail: 'g', rule: 'far' }, ending: 'rejected' },
    ]);
    expect(records[0]?.remoteMs).toMatchObject([{ guardrail: 'g', rule: 'far' }]);
    expect(records[0]?.findings).toMatchObject([{ entity: 'flagged', count: 1 }]);
  });

  it('that reword a stream have their words go out in place of it', async () => {
    const { ask } = gateway(program(guardrail('g', [remote('far', 'redact', { onRequest: false })])), () => ({
      kind: 'replaced',
      texts: ['good'],
      reasons: [],
    }));
    const asked = ask(chat('hello'));
    asked.receive(events, delta('ba'), delta('d'), done);
    await expect.poll(() => asked.text, patience).toContain('[DONE]');
    expect(asked.text).toContain('good');
    expect(asked.text).not.toMatch(/"ba"|"d"/);
  });
});
