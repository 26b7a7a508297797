import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { type Conversation, readConversation, textOf } from '../messages.ts';
import { chunksOf, countTokens, say } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { typedEvent } from './event.ts';

const roles: ReadonlySet<string> = new Set(['user', 'assistant']);

export const messages: Api = { path: '/v1/messages', dialect: 'anthropic', answer };

export const countMessageTokens: Api = {
  path: '/v1/messages/count_tokens',
  dialect: 'anthropic',
  answer: ({ body }) => {
    const conversation = conversationOf(body);
    return conversation.ok
      ? ok({ kind: 'json', body: { input_tokens: countTokens(conversation.value.characters) } })
      : conversation;
  },
};

function answer({ body, sequence }: Call): Result<Answer, Refusal> {
  const limit = body.max_tokens;
  if (limit === undefined) return err(missingField('max_tokens', 'anthropic'));
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    return err(badField('max_tokens', 'max_tokens: Input should be a whole number of at least 1'));
  }
  const conversation = conversationOf(body);
  if (!conversation.ok) return conversation;

  const said = say(conversation.value.lastText, limit);
  const stopReason = said.isCut ? 'max_tokens' : 'end_turn';
  const message = { id: `msg_practice${sequence}`, type: 'message', role: 'assistant', model: body.model };
  const stop = { stop_reason: stopReason, stop_sequence: null };
  const usage = usageOf(countTokens(conversation.value.characters), said.tokens);
  if (body.stream !== true) {
    const content = [{ type: 'text', text: said.text }];
    return ok({ kind: 'json', body: { ...message, content, ...stop, usage } });
  }

  // The first event counts the output as it stands then; message_delta carries the totals.
  const started = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  return ok({
    kind: 'stream',
    lead: [
      typedEvent({ type: 'message_start', message: started }),
      typedEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      typedEvent({ type: 'ping' }),
    ],
    content: chunksOf(said.text).map((text) =>
      typedEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    tail: [
      typedEvent({ type: 'content_block_stop', index: 0 }),
      typedEvent({ type: 'message_delta', delta: stop, usage: { output_tokens: said.tokens } }),
      typedEvent({ type: 'message_stop' }),
    ],
  });
}

function conversationOf(body: Call['body']): Result<Conversation, Refusal> {
  if (body.messages === undefined) return err(missingField('messages', 'anthropic'));
  const conversation = readConversation(body.messages, roles);
  if (conversation === undefined) {
    return err(
      badField('messages', 'messages: a list of messages is expected, each with the role "user" or "assistant"'),
    );
  }
  return ok({ ...conversation, characters: conversation.characters + textOf(body.system).length });
}

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    service_tier: 'standard',
  };
}
