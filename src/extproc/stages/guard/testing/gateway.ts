import type { RemoteJudge, RemoteText, RemoteVerdict } from '../../../../guard/remote-judge.ts';
import { parseBody } from '../../../../llm/json/parse.ts';
import type { Program } from '../../../../program/program.ts';
import { type ProgramInit, programOf } from '../../../../program/testing/program-of.ts';
import type { Exchange } from '../../../exchange.ts';
import { RouterStream } from '../../../router/router-stream.ts';
import type { Stage } from '../../../stage.ts';
import { keyIn, providerIn } from '../../../testing/exchange-of.ts';
import { engineWith, FakeStream, sent } from '../../../testing/fake-stream.ts';
import { verdict } from '../../../verdict.ts';
import { read } from '../../read/index.ts';
import type { DecisionRecord } from '../decision-record.ts';
import { guard } from '../index.ts';

/** A busy machine takes its time. */
export const patience = { timeout: 20_000 };

type GuardrailInit = NonNullable<ProgramInit['guardrails']>[number];
type RuleInit = NonNullable<GuardrailInit['rules']>[number] & { readonly name: string };

export const action = { observe: 1, redact: 2, block: 3 } as const;
export const ticket = 'TCK-123456';
export const json = { 'content-type': 'application/json' };
export const events = { 'content-type': 'text/event-stream' };

export function rule(name: string, what: keyof typeof action, more: object = {}): RuleInit {
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

export function remote(name: string, what: keyof typeof action, more: object = {}, call: object = {}): RuleInit {
  const detector = { case: 'webhook', value: { url: `http://${name}.example/` } };
  return rule(name, what, {
    detector,
    buffersStreams: true,
    remote: { timeoutMs: 1_000, mostConcurrent: 9, ...call },
    ...more,
  });
}

export function guardrail(name: string, rules: readonly RuleInit[], more: object = {}): GuardrailInit {
  return { name, version: `${name}-1`, rules: [...rules], ...more } as GuardrailInit;
}

export const base: ProgramInit = {
  providers: [{ name: 'first' }, { name: 'second' }, { name: 'third' }],
  keys: [
    { name: 'red', user: 'ana', team: 'reds', project: 'p' },
    { name: 'blue', team: 'blues' },
  ],
};

export function program(...guardrails: readonly GuardrailInit[]): Program {
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

export interface Wishes {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly providers?: readonly string[];
  readonly isPassthrough?: boolean;
  readonly api?: string;
}

/**
 * The stage together with the reader of answers: what reaches the provider and the caller is what counts. `answering`: what services say a moment later; absent: the test
 * answers by hand.
 */
export function gateway(start: Program, answering?: (call: Call) => RemoteVerdict | undefined) {
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

export const chat = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });
export const answer = (content: string) => JSON.stringify({ id: 'x', choices: [{ index: 0, message: { content } }] });
export const delta = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
export const done = 'data: [DONE]\n\n';
