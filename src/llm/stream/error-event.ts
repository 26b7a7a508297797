import { noPlace, type StreamPlace } from './stream-place.ts';

export interface StreamError {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  /** Further members of the error, for whoever handles it by program. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An error as the end of a stream, as the callers of the API know it. */
export function errorEvent(api: string, error: StreamError, place: StreamPlace = noPlace): Buffer {
  const { type, code, message, requestId, members } = error;
  if (api === 'messages') {
    return event('error', { type: 'error', error: { type, message, code, ...members }, request_id: requestId });
  }
  if (api === 'responses') return failedResponse(error, place);
  const data = { error: { message, type, param: null, code, request_id: requestId, ...members } };
  return Buffer.from(`data: ${JSON.stringify(data)}\n\ndata: [DONE]\n\n`);
}

/**
 * OpenAI documents an error with its code and message beside the type, and sends them in an object of their own: clients
 * were written for either, so they stand in both. The failed response behind it is for those that wait for nothing but
 * the end of a response, as Codex does, which otherwise takes the stream for torn off and asks again.
 */
function failedResponse({ type, code, message, requestId, members }: StreamError, place: StreamPlace): Buffer {
  const { nextNumber, response } = place;
  const described = { code, message, param: null, ...members };
  const error = { type: 'error', ...described, error: { type, ...described, request_id: requestId } };
  const failed = {
    id: response?.id || `resp_${requestId}`,
    object: 'response',
    created_at: response?.createdAt ?? 0,
    status: 'failed',
    error: { code: responseCodes[code] ?? 'server_error', message },
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: response?.model ?? '',
    output: [],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: null,
  };
  return Buffer.concat([
    event('error', { ...error, sequence_number: nextNumber }),
    event('response.failed', { type: 'response.failed', response: failed, sequence_number: nextNumber + 1 }),
  ]);
}

/** A response fails with a code of OpenAI's. By these two clients know that asking again is in vain. */
const responseCodes: Readonly<Record<string, string>> = {
  guardrail_violation: 'invalid_prompt',
  budget_exceeded: 'insufficient_quota',
};

function event(name: string, data: object): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
