import { describe, expect, it } from 'vitest';
import { textsOf } from '../../../llm/stream/testing/streams.ts';
import {
  chat,
  delta,
  done,
  events,
  gateway,
  guardrail,
  json,
  program,
  rule,
  ticket,
  type Wishes,
} from './testing/gateway.ts';

/* Which parts of bodies are judged, and what becomes of those that cannot be read. */

describe('texts', () => {
  it('inside of JSON inside of a string are judged and changed there', () => {
    const { ask } = gateway(program(guardrail('g', [rule('r', 'redact')])));
    const args = (id: string) => `{ "id" :"${id}",  "n": 1.0 }`;
    const body = (id: string) => {
      const call = { id: 't', type: 'function', function: { name: 'f', arguments: args(id) } };
      return { messages: [{ role: 'assistant', content: null, tool_calls: [call] }] };
    };
    expect(ask(body(ticket)).body).toBe(JSON.stringify(body('[r]')));
    const escaped = JSON.stringify(body(ticket)).replaceAll('TCK', '\\\\u0054CK');
    expect(ask(escaped).body).not.toContain('123456');
  });

  it('of roles that the rule is not about are left alone', () => {
    const { ask } = gateway(program(guardrail('g', [rule('r', 'redact', { roles: ['toolOutput'] })])));
    const body = (id: string) => ({
      messages: [
        { role: 'user', content: ticket },
        { role: 'tool', tool_call_id: 't', content: id },
      ],
    });
    expect(ask(body(ticket)).body).toBe(JSON.stringify(body('[r]')));
  });
});

describe('a path that is passed through', () => {
  const enforcing = () => gateway(program(guardrail('g', [rule('r', 'redact')])));
  const observing = () => gateway(program(guardrail('g', [rule('r', 'observe')])));
  const wishes: Wishes = { isPassthrough: true, api: 'passthrough' };

  it('is judged where its body is JSON', () => {
    const { ask } = enforcing();
    expect(ask({ any: { where: `a ${ticket}` } }, wishes).body).toBe(JSON.stringify({ any: { where: 'a [r]' } }));
  });

  it('is refused where its body is something else and a rule may act, and that is recorded', () => {
    const { ask, records, decisions } = enforcing();
    const asked = ask('--boundary\r\nfile', wishes);
    expect(asked.last).toBe('403');
    expect(asked.error).toMatchObject({ type: 'guardrail_violation', guardrail: 'g', rule: 'r' });
    expect(records).toMatchObject([{ verdict: 'block', blockedBy: { guardrail: 'g', rule: 'r' }, findings: [] }]);
    expect(decisions).toEqual(['g block']);
  });

  it('passes where its body is something else and all rules observe', () => {
    const asked = observing().ask('--boundary\r\nfile', wishes);
    expect([asked.last, asked.body]).toEqual(['requestBody', '--boundary\r\nfile']);
  });

  it('passes without a body', () => {
    expect(enforcing().ask('', wishes).last).toBe('requestBody');
  });
});

describe('what cannot be read and is only observed', () => {
  const observing = () => gateway(program(guardrail('g', [rule('r', 'block')], { isObserving: true })));
  const unreadable = 'data: {"cut\n\n';

  it.each([
    ['JSON', json, '{"cut'],
    ['a stream', events, delta(ticket) + unreadable + delta('behind') + done],
    ['a compressed stream', { ...events, 'content-encoding': 'gzip' }, 'compressed'],
    ['lines', { 'content-type': 'application/x-ndjson' }, '{"a":1}\n{"b":2}\n'],
  ])('passes as it came: %s', (_, headers, body) => {
    const { ask } = observing();
    const asked = ask(chat('hello'));
    asked.receive(headers, body, '');
    expect(asked.text).toBe('');
    expect(asked.stream.kinds).not.toContain('502');
    expect(['responseBody', 'responseHeaders']).toContain(asked.last);
  });

  it('is recorded as far as it could be read', () => {
    const { ask, records } = observing();
    ask(chat('hello')).receive(events, delta(`${ticket} `), unreadable, done);
    expect(records).toMatchObject([{ verdict: 'observe', ending: 'done', findings: [{ count: 1 }] }]);
  });
});

describe('a block in a stream', () => {
  it('lets out what stands before it, redacted, in whatever pieces it comes', () => {
    const start = program(
      guardrail('g', [
        rule('hidden', 'redact', { onRequest: false }),
        rule('no-go', 'block', { onRequest: false, detector: { case: 'regex', value: { pattern: 'forb\\w*' } } }),
      ]),
    );
    const text = `one TCK-123456 two forbidden three ${ticket}`;
    for (const length of [1, 3, 7, 20, text.length]) {
      const pieces = text.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
      const asked = gateway(start).ask(chat('hello'));
      asked.receive(events, ...pieces.map(delta), done);
      const said = textsOf(Buffer.from(asked.text)).get('0/content');
      expect(said, `${length}`).toBe('one [hidden] two ');
      expect(asked.text).toContain('guardrail_violation');
      expect(asked.text).not.toMatch(/forb|three/);
    }
  });
});
