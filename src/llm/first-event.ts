import type { Dialect } from './api.ts';
import { isError } from './error-body.ts';
import type { ServerSentEvent } from './sse.ts';

/**
 * What an event says about the stream that it begins. `idle`: it keeps the connection open. `accepted`: the request was
 * taken, which OpenAI says of responses before it knows whether there will be one. `preamble`: the answer has begun,
 * without a token yet. What is not understood counts as a token: nobody is to wait for what may never come.
 */
export type EventReading =
  | { readonly kind: 'idle' | 'accepted' | 'preamble' | 'token' }
  | { readonly kind: 'error'; readonly value: object };

const idle: EventReading = { kind: 'idle' };
const accepted: EventReading = { kind: 'accepted' };
const preamble: EventReading = { kind: 'preamble' };
const token: EventReading = { kind: 'token' };

const acceptedTypes: ReadonlySet<unknown> = new Set(['response.created', 'response.queued', 'response.in_progress']);

const preambleTypes: ReadonlySet<unknown> = new Set([
  'message_start',
  'content_block_start',
  'response.output_item.added',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
]);

/** Reads an event of any of OpenAI's (chat, completions, responses) or Anthropic's streams. */
export function readEvent({ name, data }: ServerSentEvent): EventReading {
  if (data === '') return idle;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // `[DONE]`, or an error that is not even JSON.
    return name === 'error' ? { kind: 'error', value: { message: data } } : token;
  }
  if (typeof value !== 'object' || value === null) return token;
  const type = 'type' in value ? value.type : undefined;
  if (name === 'error' || isError(value) || type === 'response.failed') return { kind: 'error', value };
  if (type === 'ping') return idle;
  if (acceptedTypes.has(type)) return accepted;
  if (preambleTypes.has(type)) return preamble;
  return 'choices' in value && !hasToken(value.choices) ? preamble : token;
}

/**
 * The error of an event as the body that callers of the dialect know: `{"error": {…}}`, for Anthropic with a type.
 * Chat streams and Anthropic's carry it as it is; OpenAI's responses have forms of their own.
 */
export function errorBodyOf(value: object, dialect: Dialect): object {
  const inner = innerError(value);
  const type = dialect === 'anthropic' ? 'api_error' : 'server_error';
  const error = typeof inner === 'object' ? inner : { type, message: String(inner) };
  return dialect === 'anthropic' ? { type: 'error', error } : { error };
}

function innerError(value: object): unknown {
  if ('error' in value && value.error) return value.error;
  // {"type":"response.failed","response":{"error":{"code":…,"message":…}}}
  if ('response' in value && typeof value.response === 'object' && value.response !== null) {
    if ('error' in value.response && value.response.error) return value.response.error;
  }
  // {"type":"error","code":…,"message":…,"param":…}
  return value;
}

/** Whether a chunk of a chat says more than who is speaking. */
function hasToken(choices: unknown): boolean {
  return !Array.isArray(choices) || choices.some(isTokenIn);
}

function isTokenIn(choice: unknown): boolean {
  if (typeof choice !== 'object' || choice === null) return true;
  if ('finish_reason' in choice && choice.finish_reason) return true;
  if ('text' in choice && isContent(choice.text)) return true;
  const delta = 'delta' in choice ? choice.delta : undefined;
  if (typeof delta !== 'object' || delta === null) return false;
  return Object.entries(delta).some(([name, part]) => name !== 'role' && isContent(part));
}

function isContent(part: unknown): boolean {
  return part !== null && part !== undefined && part !== '' && !(Array.isArray(part) && part.length === 0);
}
