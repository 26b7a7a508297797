import { isError } from './error-body.ts';

/** What the first bytes of a stream of events say. `preamble`: it has begun, without a token yet. */
export type StreamStart = 'nothing' | 'preamble' | 'token' | 'error';

/** Events that come before the first token. Everything else that is no error counts as one. */
const preambleTypes = new Set([
  'message_start',
  'content_block_start',
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
]);

const errorTypes = new Set(['error', 'response.failed']);

/** Reads whole events only: one that is cut off by the end of the bytes is not there yet. */
export function readStart(bytes: Buffer): StreamStart {
  let start: StreamStart = 'nothing';
  const events = bytes.toString('utf8').split(/\r\n\r\n|\n\n|\r\r/);
  for (const event of events.slice(0, -1)) {
    const kind = readEvent(event);
    if (kind === 'token' || kind === 'error') return kind;
    if (kind === 'preamble') start = kind;
  }
  return start;
}

function readEvent(event: string): StreamStart {
  let data = '';
  for (const line of event.split(/\r\n|\n|\r/)) {
    // HTML Living Standard 9.2.6: one blank behind the colon belongs to the field, not to its value.
    if (line.startsWith('data:')) data += (data === '' ? '' : '\n') + line.slice(5).replace(/^ /, '');
  }
  // Comments and fields alone keep a connection open.
  if (data === '') return 'nothing';
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return 'token';
  }
  if (typeof value !== 'object' || value === null) return 'token';
  const type = 'type' in value ? value.type : undefined;
  if (isError(value) || errorTypes.has(String(type))) return 'error';
  if (type === 'ping') return 'nothing';
  if (preambleTypes.has(String(type))) return 'preamble';
  return 'choices' in value && !hasToken(value.choices) ? 'preamble' : 'token';
}

/** Whether a chunk of a chat says more than who is speaking. What is not understood counts as a token. */
function hasToken(choices: unknown): boolean {
  return !Array.isArray(choices) || choices.some(isTokenIn);
}

function isTokenIn(choice: unknown): boolean {
  if (typeof choice !== 'object' || choice === null) return true;
  if ('finish_reason' in choice && choice.finish_reason !== null) return true;
  if ('text' in choice && isContent(choice.text)) return true;
  const delta = 'delta' in choice ? choice.delta : undefined;
  if (typeof delta !== 'object' || delta === null) return false;
  return Object.entries(delta).some(([name, part]) => name !== 'role' && isContent(part));
}

function isContent(part: unknown): boolean {
  return part !== null && part !== undefined && part !== '' && !(Array.isArray(part) && part.length === 0);
}
