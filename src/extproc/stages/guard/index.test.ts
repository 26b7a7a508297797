import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RemoteJudge, RemoteText, RemoteVerdict } from '../../../guard/remote-judge.ts';
import { parseBody } from '../../../llm/json/parse.ts';
import { textsOf } from '../../../llm/stream/testing/streams.ts';
import type { Program } from '../../../program/program.ts';
import { type ProgramInit, programOf } from '../../../program/testing/program-of.ts';
import type { Exchange } from '../../exchange.ts';
import { RouterStream } from '../../router-stream.ts';
import type { Stage } from '../../stage.ts';
import { keyIn, providerIn } from '../../testing/exchange-of.ts';
import { engineWith, FakeStream, sent } from '../../testing/fake-stream.ts';
import { verdict } from '../../verdict.ts';
import { read } from '../read/index.ts';
import type { DecisionRecord } from './decision-record.ts';
import { guard } from './index.ts';

/** A busy machine takes its time. */
const patience = { timeout: 20_000 };

/* The stage together with the reader of answers: what reaches the provider and the caller is what counts. */

type GuardrailInit = NonNullable<ProgramInit['guardrails']>[number];
type RuleInit = NonNullable<GuardrailInit['rules']>[number] & { readonly name: string };

const action = { observe: 1, redact: 2, block: 3 } as const;
const ticket = 'TCK-123456';
const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream' };

function rule(name: string, what: keyof typeof action, more: object = {}): RuleInit {
  return {
    name,
    onRequest: true,
    onResponse: true,
    detector: { case: 'regex', value: { pattern: 'TCK-\\d{6}' } },
    action: action[what],
    redaction: { style: 1, text: `[${name}]` },
    severity: 2,
    ...more,
  } as RuleInit;
}

function remote(name: string, what: keyof typeof action, more: object = {}, call: object = {}): RuleInit {
  const detector = { case: 'webhook', value: { url: `http://${name}.example/` } };
  return rule(name, what, {
    detector,
    buffersStreams: true,
    remote: { timeoutMs: 1_000, mostConcurrent: 9, ...call },
    ...more,
  });
}

function guardrail(name: string, rules: readonly RuleInit[], more: object = {}): GuardrailInit {
  return { name, version: `${name}-1`, rules: [...rules], ...more } as GuardrailInit;
}

const base: ProgramInit = {
  providers: [{ name: 'first' }, { name: 'second' }, { name: 'third' }],
  keys: [
    { name: 'red', user: 'ana', team: 'reds', project: 'p' },
    { name: 'blue', team: 'blues' },
  ],
};

function program(...guardrails: readonly GuardrailInit[]): Program {
  return programOf({ ...base, guardrails });
}

/** One call of one rule's service, to be answered by the test. */
interface Call {
  readonly rule: string;
  readonly texts: readonly RemoteText[];
  readonly phase: string;
  readonly inMs: number;
  isCancelled: boolean;
  answer(verdict: RemoteVerdict): void;
}

interface Wishes {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly providers?: readonly string[];
  readonly isPassthrough?: boolean;
  readonly api?: string;
}

/** A gateway of these stages. `answering`: what services say a moment later; absent: the test answers by hand. */
function gateway(start: Program, answering?: (call: Call) => RemoteVerdict | undefined) {
  const programs = { current: start };
  const records: DecisionRecord[] = [];
  const decisions: string[] = [];
  const calls: Call[] = [];
  const unknown = new Set<string>();

  const judgeOf = (name: string): RemoteJudge => ({
    judge(texts, phase, deadline, done) {
      const call: Call = {
        rule: name,
        texts,
        phase,
        inMs: deadline - performance.now(),
        isCancelled: false,
        answer: (given) => {
          if (!call.isCancelled) done(given);
        },
      };
      calls.push(call);
      const given = answering?.(call);
      if (given !== undefined) setTimeout(() => call.answer(given), 1);
      return () => {
        call.isCancelled = true;
      };
    },
  });

  function ask(body: unknown, wishes: Wishes = {}) {
    let seen: Exchange | undefined;
    const before: Stage = {
      name: 'before',
      request(exchange) {
        seen = exchange;
        exchange.key = keyIn(exchange.program, wishes.key ?? 'red');
        exchange.api = { name: wishes.api ?? 'chat.completions', dialect: 'openai', upstreamPath: '/x' };
        exchange.isPassthrough = wishes.isPassthrough ?? false;
        exchange.targets = (wishes.providers ?? ['first']).map((name) => ({
          target: { provider: name, model: '', priority: 0, weight: 1, hash: 0, modelEdit: undefined },
          provider: providerIn(exchange.program, name),
        }));
        if (exchange.isPassthrough) return verdict.proceed;
        const parsed = parseBody(exchange.body);
        if (!parsed.ok) throw new Error('the test sent something that is not JSON');
        exchange.json = parsed.value.value;
        exchange.members = parsed.value.members;
        return verdict.proceed;
      },
      responseHeaders(exchange) {
        exchange.status = 200;
        return verdict.proceed;
      },
    };
    const stream = new FakeStream();
    const handler = new RouterStream(stream, engineWith([before, stage, read], { programs }));
    handler.message(sent.requestHeaders(wishes.headers ?? {}));
    handler.message(sent.requestBody(typeof body === 'string' ? body : JSON.stringify(body)));
    return {
      stream,
      handler,
      /** As the provider would get it. */
      get body() {
        return seen?.body.toString() ?? '';
      },
      get isChanged() {
        return seen?.isBodyChanged;
      },
      get last() {
        return stream.kinds.at(-1);
      },
      get error() {
        const { response } = stream.answers.at(-1) ?? {};
        if (response?.case !== 'immediateResponse') throw new Error('no error');
        return JSON.parse(Buffer.from(response.value.body).toString()).error as Record<string, unknown>;
      },
      receive(headers: Record<string, string>, ...pieces: readonly string[]) {
        handler.message(sent.responseHeaders(headers));
        pieces.forEach((piece, at) => {
          handler.message(sent.responseBody(piece, at === pieces.length - 1));
        });
      },
      /** What went out to the caller in place of what came. */
      get text() {
        return stream.answers
          .map(({ response }) => {
            if (response.case === 'immediateResponse') return Buffer.from(response.value.body).toString();
            const mutation =
              response.case === 'responseBody' ? response.value.response?.bodyMutation?.mutation : undefined;
            if (mutation?.case === 'body') return Buffer.from(mutation.value).toString();
            return mutation?.case === 'streamedResponse' ? Buffer.from(mutation.value.body).toString() : '';
          })
          .join('');
      },
    };
  }

  const stage = guard({
    now: () => 1_750_000_000_000,
    remotes: () => (each) => (unknown.has(each.name) ? undefined : judgeOf(each.name)),
    record: (record) => void records.push(record),
    onDecision: (name, decided) => void decisions.push(`${name} ${decided}`),
  });
  return { ask, programs, records, decisions, calls, unknown };
}

const chat = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });
const answer = (content: string) => JSON.stringify({ id: 'x', choices: [{ index: 0, message: { content } }] });
const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const done = 'data: [DONE]\n\n';

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

describe('a refusal', () => {
  it('says what the rule wants to say, and who refused', () => {
    const { ask } = gateway(program(guardrail('g', [rule('r', 'block', { message: 'Not here.' })])));
    const { error } = ask(chat(ticket));
    expect(error).toMatchObject({ type: 'guardrail_violation', message: 'Not here.', guardrail: 'g', rule: 'r' });
    expect(JSON.stringify(error)).not.toContain('123456');
  });
});

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

describe('what is recorded', () => {
  it('says who asked, what was found how often, and never what it was', () => {
    const { ask, records } = gateway(program(guardrail('g', [rule('r', 'redact', { severity: 3 })])));
    const asked = ask(chat(`${ticket} and TCK-654321`));
    asked.receive(events, delta('TCK-1'), delta('11111 is it'), done);
    expect(asked.text).not.toContain('11111');
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      kind: 'decision',
      time: '2025-06-15T15:06:40.000Z',
      requestId: 'r-1',
      verdict: 'redact',
      key: 'red',
      user: 'ana',
      team: 'reds',
      project: 'p',
      api: 'chat.completions',
      guardrails: [{ name: 'g', version: 'g-1' }],
      blockedBy: null,
      findings: [{ guardrail: 'g', rule: 'r', action: 'redact', severity: 'high', count: 3 }],
      ending: 'done',
    });
    expect(records[0]?.localMs.request).toBeGreaterThan(0);
    expect(records[0]?.localMs.response).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toMatch(/123456|654321|11111|TCK/);
  });

  it('says how long each local rule took, where records have a place to go', () => {
    const rules = [rule('r', 'redact'), rule('same', 'observe'), rule('other', 'observe', { onRequest: false })];
    const guardrails = [guardrail('g', rules)];
    const recorded = { settings: { decisionRecords: { file: '/dev/null' } } };
    for (const start of [programOf({ ...base, guardrails, ...recorded }), program(...guardrails)]) {
      const { ask, records } = gateway(start);
      ask(chat(ticket)).receive(events, delta('TCK-1'), delta('11111 is it'), done);
      const taken = records[0]?.ruleMs ?? [];
      if (start.settings.decisionRecords.file === '') expect(taken).toEqual([]);
      else {
        expect(taken.map(({ guardrail: of, rule: name }) => `${of}/${name}`)).toEqual(['g/r', 'g/same', 'g/other']);
        for (const { ms } of taken) expect(ms).toBeGreaterThan(0);
      }
    }
  });

  it('is nothing where no guardrail applies', () => {
    const { ask, records } = gateway(program(guardrail('g', [rule('r', 'block')], { scope: { keys: ['blue'] } })));
    ask(chat(ticket)).handler.end();
    expect(records).toEqual([]);
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
