import { describe, expect, it } from 'vitest';
import type { RemoteJudge } from '../../../guard/remote-judge.ts';
import { cut } from '../../../guard/testing/rules.ts';
import { seededRandom } from '../../../lib/testing/random.ts';
import { textsOf } from '../../../llm/stream/testing/streams.ts';
import { type ProgramInit, programOf } from '../../../program/testing/program-of.ts';
import { RouterStream } from '../../router/router-stream.ts';
import type { Stage } from '../../stage.ts';
import { keyIn } from '../../testing/exchange-of.ts';
import { engineWith, FakeStream, sent } from '../../testing/fake-stream.ts';
import { verdict } from '../../verdict.ts';
import { read } from '../read/index.ts';
import { guard } from './index.ts';

/*
 * For random texts, however they are cut into events and the events into pieces, and whichever way the answer is read:
 * what the caller puts together is what the caller of the whole text gets.
 */

/** Nothing here is about being late, however busy the machine is. */
const patienceMs = 25_000;

type RuleInit = NonNullable<NonNullable<ProgramInit['guardrails']>[number]['rules']>[number];

const redact = (name: string, detector: object, more: object = {}): RuleInit =>
  ({
    name,
    onRequest: true,
    onResponse: true,
    detector,
    action: 2,
    redaction: { style: 1, text: `[${name}]` },
    severity: 2,
    ...more,
  }) as RuleInit;

const local = [
  redact('ticket', { case: 'regex', value: { pattern: 'TCK-\\d{6}' } }, { onRequest: false }),
  redact('words', { case: 'keywords', value: { words: ['falcon crest', 'größe'] } }, { onRequest: false }),
  redact('mail', { case: 'pii', value: { entities: [] } }, { redaction: { style: 5, text: '' } }),
];
const service = (more: object) =>
  redact(
    'far',
    { case: 'webhook', value: { url: 'http://far.example/' } },
    { onRequest: false, remote: { timeoutMs: patienceMs, mostConcurrent: 4 }, ...more },
  );

/** Says yes, at once or a moment later. */
const agreeing = (delayMs: () => number): RemoteJudge => ({
  judge(_texts, _phase, _deadline, done) {
    const timer = setTimeout(() => done({ kind: 'allow' }), delayMs());
    return () => clearTimeout(timer);
  },
});

const words = [
  'TCK-',
  '123456',
  'TCK-12345',
  ' falcon',
  '  crest ',
  'GRÖSSE',
  'größe',
  ' and ',
  '"',
  '\\',
  '\n',
  '😀',
  'é',
  '@',
  'x',
  '1',
];

type Shape = (pieces: readonly string[]) => string;
const chunk = (choice: object) => `data: ${JSON.stringify({ id: 'c', choices: [choice] })}\n\n`;
const named = (data: { readonly type: string; readonly sequence_number?: number }) =>
  `event: ${data.type}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`;
const shapes: readonly (readonly [string, Shape])[] = [
  [
    'chat.completions',
    (pieces) =>
      `${pieces.map((content) => chunk({ index: 0, delta: { content } })).join('')}${chunk({ index: 0, delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`,
  ],
  ['completions', (pieces) => `${pieces.map((text) => chunk({ index: 0, text })).join('')}data: [DONE]\n\n`],
  [
    'messages',
    (pieces) =>
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
        { type: 'content_block_stop', index: 0 },
        { type: 'message_stop' },
      ]
        .map(named)
        .join(''),
  ],
  [
    'responses',
    (pieces) => {
      const place = { item_id: 'i', output_index: 0, content_index: 0 };
      const text = pieces.join('');
      return [
        ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
        { type: 'response.output_text.done', ...place, text },
        {
          type: 'response.completed',
          response: { output: [{ type: 'message', content: [{ type: 'output_text', text }] }] },
        },
      ]
        .map((event, sequence_number) => named({ ...event, sequence_number }))
        .join('');
    },
  ],
];

interface Outcome {
  readonly body: string;
  readonly ended: FakeStream['ended'];
}

/** What a caller gets, who has sent `asked`. */
async function through(
  rules: readonly RuleInit[],
  judge: RemoteJudge,
  api: string,
  asked: string,
  answer: (hidden: string) => readonly Buffer[],
  type: string,
): Promise<Outcome> {
  let hidden = '';
  const before: Stage = {
    name: 'before',
    request(exchange) {
      exchange.key = keyIn(exchange.program, 'k');
      exchange.api = { name: api, dialect: 'openai', upstreamPath: '/x' };
      exchange.isPassthrough = true;
      return verdict.proceed;
    },
    responseHeaders(exchange) {
      hidden = exchange.body.toString();
      exchange.status = 200;
      return verdict.proceed;
    },
  };
  const stage = guard({ now: () => 0, remotes: () => () => judge, record: () => {} });
  const current = programOf({
    keys: [{ name: 'k', team: 't' }],
    secrets: { redaction: 'a secret of the tests' },
    settings: { redactionSecret: 'redaction' },
    guardrails: [{ name: 'g', version: '1', rules: [...rules] }],
  } as ProgramInit);
  const stream = new FakeStream();
  const handler = new RouterStream(
    stream,
    engineWith([before, stage, read], { programs: { current }, suspensionTimeoutMs: patienceMs }),
  );
  handler.message(sent.requestHeaders({}));
  handler.message(
    sent.requestBody(JSON.stringify({ model: 'm', prompt: asked, messages: [{ role: 'user', content: asked }] })),
  );
  handler.message(sent.responseHeaders({ 'content-type': type }));
  const pieces = answer(hidden);
  pieces.forEach((piece, at) => {
    handler.message(sent.responseBody(piece, at === pieces.length - 1));
  });
  await expect.poll(() => stream.ended, { interval: 1, timeout: patienceMs }).toBeDefined();
  let at = 0;
  let body = Buffer.alloc(0);
  for (const { response } of stream.answers) {
    if (response.case !== 'responseBody') continue;
    const mutation = response.value.response?.bodyMutation?.mutation;
    const original = pieces[at++] ?? Buffer.alloc(0);
    if (mutation?.case === undefined) body = Buffer.concat([body, original]);
    else if (mutation.case === 'streamedResponse') body = Buffer.concat([body, mutation.value.body]);
    else if (mutation.case === 'body') body = Buffer.concat([body, mutation.value]);
  }
  return { body: body.toString(), ended: stream.ended };
}

const ways: readonly (readonly [string, readonly RuleInit[]])[] = [
  ['as it comes', local],
  ['when it is complete', [...local, service({ buffersStreams: true })]],
  ['window by window', [...local, service({})]],
  ['watched by a service', [...local, service({ action: 1 })]],
];

describe.each(ways)('a stream that is read %s', (_, rules) => {
  it.each(shapes)('says what the whole text says: %s', async (api, shape) => {
    const random = seededRandom(41).below;
    for (let round = 0; round < 12; round++) {
      const own = `user${round}@payments-team.org`;
      const rest = Array.from({ length: random(60) }, () => words[random(words.length)] ?? '').join('');
      const filler = round % 3 === 0 ? 'long and harmless 😀 '.repeat(200) : '';
      let text = '';
      const telling = (hidden: string) => {
        const [token = ''] = hidden.match(/EMAIL_ADDRESS_\w+/) ?? [];
        expect(hidden).not.toContain(own);
        text = `${rest}${filler}${token.toLowerCase()}'s ${rest} bob@payments-team.org ${token}`;
        return text;
      };
      const judge = agreeing(() => random(3));
      const whole = await through(
        local,
        judge,
        'chat.completions',
        own,
        (hidden) => [Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { content: telling(hidden) } }] }))],
        'application/json',
      );
      const expected = JSON.parse(whole.body).choices[0].message.content as string;
      expect(expected).toContain(own);
      expect(expected).not.toMatch(/TCK-\d{6}|bob@/);
      const streamed = await through(
        rules,
        judge,
        api,
        own,
        (hidden) => {
          const bytes = Buffer.from(shape(cut(telling(hidden), random, 1 + random(40))));
          const longest = 1 + random(400);
          const pieces: Buffer[] = [];
          for (let from = 0; from < bytes.length; ) {
            const to = from + 1 + random(longest);
            pieces.push(bytes.subarray(from, to));
            from = to;
          }
          return [...pieces, Buffer.alloc(0)];
        },
        'text/event-stream',
      );
      expect([...textsOf(Buffer.from(streamed.body)).values()].join('')).toBe(expected);
      // What repeats the whole text repeats what went out.
      if (api === 'responses') expect(streamed.body.split(`"text":${JSON.stringify(expected)}`)).toHaveLength(3);
      expect(streamed.ended).toBe('ok');
    }
  });
});
