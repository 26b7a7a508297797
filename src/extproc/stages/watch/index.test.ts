import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, providerIn } from '../../testing/exchange-of.ts';
import type { Judgement, ResponseJudge } from '../../watched/attempt-watch.ts';
import { watch } from './index.ts';

const event = (data: unknown, name?: string) =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

const chunk = (delta: unknown, finish: string | null = null) =>
  event({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });

const role = chunk({ role: 'assistant', content: '' });
const error = event({ error: { message: 'overloaded' } });

const program = programOf({
  providers: [{ name: 'a' }],
  routes: [
    { id: 'body', models: ['body'], watchBody: true, targets: [{ provider: 'a' }] },
    { id: 'token', models: ['token'], firstTokenTimeoutMs: 500, targets: [{ provider: 'a' }] },
    { id: 'both', models: ['both'], watchBody: true, firstTokenTimeoutMs: 500, targets: [{ provider: 'a' }] },
  ],
});

type Watched = 'body' | 'token' | 'both';

function watching(model: Watched, isStream: boolean, attempt = 1) {
  const route = program.routes.find('k', model);
  const target = { provider: providerIn(program, 'a'), target: route?.targets[0] as never };
  return watch.watch?.(exchangeOf(program, { route, isStream, targets: [target, target] }), attempt);
}

function judgeOf(model: Watched, isStream: boolean, contentType: string): ResponseJudge {
  const judge = watching(model, isStream)?.judge(200, contentType);
  if (judge === undefined) throw new Error('not judged');
  return judge;
}

/** In a word each; an error together with what becomes of it. */
function inShort(judgement: Judgement | undefined): string {
  if (typeof judgement !== 'object') return judgement ?? 'nothing';
  return `${judgement.reason} ${judgement.errorBody ?? ''}`.trimEnd();
}

/** How a stream that begins like this is judged, in pieces of `size` bytes. */
function begun(model: Watched, text: string, size = Number.POSITIVE_INFINITY): string {
  const judge = judgeOf(model, true, 'text/event-stream; charset=utf-8');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const judgement = judge.piece(bytes.subarray(at, Math.min(at + size, bytes.length)));
    if (judgement !== 'wait') return inShort(judgement);
  }
  return 'wait';
}

/** How a stream is judged that has ended after this. */
function ended(model: Watched, text: string): string {
  const judge = judgeOf(model, true, 'text/event-stream');
  const judgement = judge.piece(Buffer.from(text));
  return inShort(judgement === 'wait' ? judge.end(Buffer.from(text)) : judgement);
}

describe('watch', () => {
  it('looks at whole bodies and at the start of streams, on every attempt', () => {
    for (const attempt of [1, 2]) {
      expect(watching('body', false, attempt)?.of).toBe('body');
      expect(watching('body', true, attempt)?.of).toBe('stream');
      expect(watching('token', true, attempt)?.of).toBe('stream');
      expect(watching('token', false, attempt)).toBeUndefined();
    }
  });

  it.each<[Watched, boolean, number, string | undefined, boolean]>([
    ['body', false, 200, 'application/json; charset=utf-8', true],
    ['body', false, 200, 'application/problem+json', true],
    ['body', false, 201, 'application/json', false],
    ['body', false, 500, 'application/json', false],
    ['body', false, 200, 'text/plain', false],
    ['body', false, 200, 'text/event-stream', false],
    ['body', false, 200, undefined, false],
    ['body', true, 200, 'text/event-stream', true],
    ['body', true, 200, 'application/json', true],
    ['body', true, 429, 'text/event-stream', false],
    ['body', true, 200, undefined, false],
    ['token', true, 200, 'text/event-stream', true],
    ['token', true, 200, 'application/json', false],
  ])('model %s, stream %s: judges %i %s: %s', (model, isStream, status, contentType, expected) => {
    expect(watching(model, isStream)?.judge(status, contentType) !== undefined).toBe(expected);
  });
});

describe('a whole body', () => {
  it.each([
    ['{"choices":[]}', 'pass'],
    ['{"error":{"message":"no"}}', 'error'],
    ['{"choices":[{"mess', 'broken'],
    ['', 'broken'],
  ])('%j: %s', (text, expected) => {
    for (const isStream of [false, true]) {
      const judge = judgeOf('body', isStream, 'application/json');
      expect(judge.piece(Buffer.from(text))).toBe('wait');
      expect(inShort(judge.end(Buffer.from(text)))).toBe(expected);
    }
  });
});

describe('the start of a stream', () => {
  it('goes on from the first event where only errors are looked for', () => {
    expect(begun('body', role)).toBe('pass');
    expect(begun('body', event({ type: 'message_start' }, 'message_start'))).toBe('pass');
    expect(begun('body', error)).toBe('error {"error":{"message":"overloaded"}}');
    expect(begun('body', ': wait\n\n')).toBe('wait');
    expect(begun('body', event({ type: 'ping' }, 'ping'))).toBe('wait');
  });

  it('is not what OpenAI says of a response before it knows whether there will be one', () => {
    const taken = ['created', 'queued', 'in_progress']
      .map((of) => event({ type: `response.${of}`, response: {} }))
      .join('');
    const added = event({ type: 'response.output_item.added', item: { type: 'reasoning' } });
    const failed = event({ type: 'error', error: { message: 'overloaded' } });
    expect(begun('body', taken)).toBe('wait');
    expect(begun('body', taken + added)).toBe('pass');
    expect(begun('body', taken + failed)).toBe('error {"error":{"message":"overloaded"}}');
    expect(begun('body', taken + added + failed)).toBe('pass');
    expect(begun('both', taken + added)).toBe('wait');
    expect(begun('token', taken + failed)).toBe('pass');
    expect(ended('body', taken)).toBe('broken');
    expect(ended('token', taken)).toBe('pass');
  });

  it('goes on from the first token where the time to it is limited', () => {
    expect(begun('token', role)).toBe('wait');
    expect(begun('token', role + chunk({ content: 'hi' }))).toBe('pass');
    expect(begun('both', role + role)).toBe('wait');
    expect(begun('both', role + error)).toBe('error {"error":{"message":"overloaded"}}');
    expect(begun('both', chunk({ content: 'hi' }) + error)).toBe('pass');
  });

  it('passes an error where only the time to the first token is limited', () => {
    expect(begun('token', error)).toBe('pass');
    expect(ended('token', role)).toBe('pass');
  });

  it('is judged the same wherever it is cut', () => {
    const text = `: x\r\n\r\n${role}${event({ error: { message: 'größer' } })}${chunk({ content: 'hi' })}`;
    for (let size = 1; size <= Buffer.byteLength(text); size++) {
      expect(begun('both', text, size)).toBe('error {"error":{"message":"größer"}}');
    }
  });

  it('is broken when it ends without a word', () => {
    expect(ended('body', '')).toBe('broken');
    expect(ended('body', ': wait\n\n')).toBe('broken');
    expect(ended('both', role)).toBe('broken');
    expect(ended('both', 'data: [DONE]')).toBe('pass');
    expect(ended('body', error.trimEnd())).toBe('error {"error":{"message":"overloaded"}}');
  });

  it('passes when an event is longer than any error', () => {
    expect(begun('both', `data: ${'x'.repeat(1_100_000)}`, 64 * 1024)).toBe('pass');
  });
});
