import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, providerIn } from '../../testing/exchange-of.ts';
import { isErrorBody } from './error-body.ts';
import { watch } from './index.ts';
import { readStart } from './stream-start.ts';

const event = (data: unknown, name?: string) =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

const chunk = (delta: unknown, finish: string | null = null) =>
  event({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });

describe('readStart()', () => {
  it.each<[string, string]>([
    ['', 'nothing'],
    [': keep-alive\n\n', 'nothing'],
    ['data: {"choices":[{"delta":{"content":"hi"}}]}', 'nothing'],
    [event({ type: 'ping' }, 'ping'), 'nothing'],
    [chunk({ role: 'assistant', content: '' }), 'preamble'],
    [chunk({ role: 'assistant', content: null, refusal: null, tool_calls: [] }), 'preamble'],
    [event({ choices: [] }), 'preamble'],
    [event({ type: 'message_start', message: {} }, 'message_start'), 'preamble'],
    [event({ type: 'response.created', response: { error: null } }), 'preamble'],
    [chunk({ role: 'assistant' }) + chunk({ content: 'hi' }), 'token'],
    [chunk({ reasoning_content: 'hm' }), 'token'],
    [chunk({ tool_calls: [{ index: 0 }] }), 'token'],
    [chunk({}, 'stop'), 'token'],
    [event({ choices: [{ text: 'hi' }] }), 'token'],
    [event({ type: 'content_block_delta', delta: {} }), 'token'],
    [event({ type: 'response.output_text.delta', delta: 'hi' }), 'token'],
    [event('[DONE]'), 'token'],
    [event({ choices: [null] }), 'token'],
    [event({ something: 'else' }), 'token'],
    [event({ error: { message: 'overloaded' } }), 'error'],
    [event({ type: 'error', error: { type: 'overloaded_error' } }, 'error'), 'error'],
    [event({ type: 'response.failed', response: {} }), 'error'],
    [chunk({ role: 'assistant' }) + event({ error: { message: 'late' } }), 'error'],
    [chunk({ content: 'hi' }) + event({ error: { message: 'too late' } }), 'token'],
    [chunk({ content: 'hi' }).replaceAll('\n', '\r\n'), 'token'],
    ['data: {"choices":\ndata: [{"delta":{"content":"hi"}}]}\n\n', 'token'],
  ])('reads %j as %s', (text, start) => {
    expect(readStart(Buffer.from(text))).toBe(start);
  });

  it('comes to the same end wherever the bytes are cut', () => {
    const text = Buffer.from(`: x\n\n${chunk({ role: 'assistant' })}${event({ error: { message: 'größer' } })}`);
    let last = 'nothing';
    for (let end = 0; end <= text.length; end++) last = readStart(text.subarray(0, end));
    expect(last).toBe('error');
  });
});

describe('isErrorBody()', () => {
  it.each([
    ['{"error":{"message":"no"}}', true],
    ['{"error":"no"}', true],
    ['{"type":"error","error":{"type":"overloaded_error"}}', true],
    ['{"id":"r","error":null,"output":[]}', false],
    ['{"choices":[{"message":{"content":"an \\"error\\" happened"}}]}', false],
    ['{"choices":[{"error":{}}]}', false],
    ['{"error":', false],
    ['', false],
  ])('%s: %s', (text, expected) => expect(isErrorBody(Buffer.from(text))).toBe(expected));
});

describe('watch', () => {
  const program = programOf({
    providers: [{ name: 'a' }],
    routes: [
      { id: 'body', models: ['body'], watchBody: true, targets: [{ provider: 'a' }] },
      { id: 'token', models: ['token'], firstTokenTimeoutMs: 500, targets: [{ provider: 'a' }] },
    ],
  });
  function watching(model: 'body' | 'token', isStream: boolean, attempt = 1) {
    const route = program.routes.find('k', model);
    const target = { provider: providerIn(program, 'a'), target: route?.targets[0] as never };
    return watch.watch?.(exchangeOf(program, { route, isStream, targets: [target, target] }), attempt);
  }
  const judge = (model: 'body' | 'token', text: string) => watching(model, true)?.judge(Buffer.from(text));

  it('judges whole bodies, and the start of streams where another target is left', () => {
    expect(watching('body', false)?.of).toBe('whole');
    expect(watching('body', false, 2)?.of).toBe('whole');
    expect(watching('token', false)).toBeUndefined();
    expect(watching('body', true)?.of).toBe('start');
    expect(watching('body', true, 2)).toBeUndefined();
  });

  it('concerns itself with good answers of the expected kind only', () => {
    expect(watching('body', false)?.concerns(200, 'application/json; charset=utf-8')).toBe(true);
    expect(watching('body', false)?.concerns(500, 'application/json')).toBe(false);
    expect(watching('body', false)?.concerns(200, 'text/plain')).toBe(false);
    expect(watching('body', true)?.concerns(200, 'text/event-stream')).toBe(true);
    expect(watching('body', true)?.concerns(200, 'application/json')).toBe(false);
  });

  it('lets a stream go on from its first event where only errors are looked for', () => {
    expect(judge('body', chunk({ role: 'assistant' }))).toBe('pass');
    expect(judge('body', event({ error: {} }))).toBe('fail');
    expect(judge('body', ': wait\n\n')).toBe('wait');
  });

  it('holds a stream until its first token where the policy limits the time to it', () => {
    expect(judge('token', chunk({ role: 'assistant' }))).toBe('wait');
    expect(judge('token', chunk({ content: 'hi' }))).toBe('pass');
    expect(judge('token', event({ error: {} }))).toBe('pass');
  });
});
