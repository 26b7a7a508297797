import { ok, type Result } from '../lib/result.ts';
import type { Refusal } from './dialect/refusal.ts';
import type { Conversation } from './messages.ts';
import { sampleOf } from './sample.ts';
import { countTokens, cutTo, type Said, say } from './text.ts';
import { type Tool, type ToolCall, type ToolChoice, toolCalls } from './tools.ts';

/** What a caller wants, whatever its dialect calls that. */
export interface Wanted {
  readonly conversation: Conversation;
  readonly maxTokens: number | undefined;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly format: Format;
}

/** The shape of the answer: any words, any JSON, or JSON of a schema. */
export type Format = 'text' | 'json' | { readonly schema: unknown };

export type Reply =
  | ({ readonly kind: 'text' } & Said)
  | { readonly kind: 'calls'; readonly calls: readonly ToolCall[]; readonly tokens: number };

export function replyTo(wanted: Wanted): Result<Reply, Refusal> {
  const { conversation, maxTokens = Number.POSITIVE_INFINITY, tools, toolChoice, format } = wanted;
  const calls = toolCalls(tools, toolChoice, conversation);
  if (!calls.ok) return calls;
  const written = calls.value.map(({ name, text }) => name + text).join('');
  const tokens = countTokens(written.length);
  if (calls.value.length > 0 && tokens <= maxTokens) return ok({ kind: 'calls', calls: calls.value, tokens });
  // A call for which there is no room is never finished.
  if (calls.value.length > 0) return ok({ kind: 'text', text: '', tokens: maxTokens, isCut: true });
  return ok({ kind: 'text', ...inFormat(format, conversation, wanted.maxTokens) });
}

function inFormat(format: Format, conversation: Conversation, maxTokens: number | undefined): Said {
  if (format === 'text') return say(conversation.lastText, maxTokens, conversation.lastSpeaker);
  const value =
    format === 'json'
      ? { said: say(conversation.lastText, undefined, conversation.lastSpeaker).text }
      : sampleOf(format.schema);
  return cutTo(JSON.stringify(value), maxTokens);
}
