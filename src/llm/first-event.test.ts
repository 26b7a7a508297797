import { describe, expect, it } from 'vitest';
import type { Dialect } from './api.ts';
import { errorBodyOf, readEvent } from './first-event.ts';

const reading = (data: unknown, name = '') =>
  readEvent({ name, data: typeof data === 'string' ? data : JSON.stringify(data) }).kind;

const chunk = (delta: unknown, finish: string | null = null) => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

describe('readEvent() of chat and completions', () => {
  it.each<[unknown, string]>([
    ['', 'idle'],
    [chunk({ role: 'assistant' }), 'preamble'],
    [chunk({ role: 'assistant', content: '' }), 'preamble'],
    [chunk({ role: 'assistant', content: null, refusal: null, tool_calls: [] }), 'preamble'],
    [{ choices: [], prompt_filter_results: [] }, 'preamble'],
    [{ choices: [{ text: '', finish_reason: null }] }, 'preamble'],
    [chunk({ content: 'hi' }), 'token'],
    [chunk({ reasoning_content: 'hm' }), 'token'],
    [chunk({ tool_calls: [{ index: 0 }] }), 'token'],
    [chunk({}, 'stop'), 'token'],
    [{ choices: [{ text: 'hi' }] }, 'token'],
    ['[DONE]', 'token'],
    ['no JSON', 'token'],
    ['5', 'token'],
    [{ choices: [null] }, 'token'],
    [{ choices: 'x' }, 'token'],
    [{ something: 'else' }, 'token'],
    [{ error: { message: 'overloaded' } }, 'error'],
    [{ error: { message: 'in a chunk' }, choices: [] }, 'error'],
    [{ ...chunk({ content: 'hi' }), error: null }, 'token'],
  ])('reads %j as %s', (data, kind) => expect(reading(data)).toBe(kind));
});

describe('readEvent() of responses', () => {
  it.each<[unknown, string]>([
    [{ type: 'response.created', response: { error: null } }, 'accepted'],
    [{ type: 'response.queued', response: { error: null } }, 'accepted'],
    [{ type: 'response.in_progress', response: { error: null } }, 'accepted'],
    [{ type: 'response.output_item.added', item: {} }, 'preamble'],
    [{ type: 'response.content_part.added', part: {} }, 'preamble'],
    [{ type: 'response.reasoning_summary_part.added', part: {} }, 'preamble'],
    [{ type: 'response.output_text.delta', delta: 'hi' }, 'token'],
    [{ type: 'response.completed', response: {} }, 'token'],
    [{ type: 'response.failed', response: { error: { code: 'server_error', message: 'no' } } }, 'error'],
    [{ type: 'error', code: 'server_error', message: 'no' }, 'error'],
  ])('reads %j as %s', (data, kind) => expect(reading(data)).toBe(kind));
});

describe('readEvent() of messages', () => {
  it.each<[string, unknown, string]>([
    ['ping', { type: 'ping' }, 'idle'],
    ['message_start', { type: 'message_start', message: {} }, 'preamble'],
    ['content_block_start', { type: 'content_block_start', content_block: { type: 'text', text: '' } }, 'preamble'],
    ['content_block_delta', { type: 'content_block_delta', delta: { text: 'hi' } }, 'token'],
    ['message_stop', { type: 'message_stop' }, 'token'],
    ['error', { type: 'error', error: { type: 'overloaded_error' } }, 'error'],
    ['error', { message: 'somehow' }, 'error'],
    ['error', 'no JSON', 'error'],
  ])('reads %s %j as %s', (name, data, kind) => expect(reading(data, name)).toBe(kind));
});

describe('errorBodyOf()', () => {
  it.each<[unknown, Dialect, unknown]>([
    [{ error: { message: 'no' } }, 'openai', { error: { message: 'no' } }],
    [{ error: { message: 'no' }, choices: [] }, 'openai', { error: { message: 'no' } }],
    [{ type: 'error', code: 'x', message: 'no' }, 'openai', { error: { type: 'error', code: 'x', message: 'no' } }],
    [{ type: 'response.failed', response: { error: { code: 'x' } } }, 'openai', { error: { code: 'x' } }],
    [{ type: 'response.failed', response: null }, 'openai', { error: { type: 'response.failed', response: null } }],
    [
      { type: 'error', error: { type: 'a', message: 'no' } },
      'anthropic',
      { type: 'error', error: { type: 'a', message: 'no' } },
    ],
    [{ error: 'no' }, 'anthropic', { type: 'error', error: { type: 'api_error', message: 'no' } }],
    [{ error: 'no' }, 'openai', { error: { type: 'server_error', message: 'no' } }],
  ])('makes of %j for %s: %j', (value, dialect, body) => {
    expect(errorBodyOf(value as object, dialect)).toEqual(body);
  });
});
