export interface StreamError {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  /** Further members of the error, for whoever handles it by program. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * An error as the last event of a stream, as the callers of the API know it. `sequenceNumber`: for responses, the number
 * behind that of the last event.
 */
export function errorEvent(api: string, error: StreamError, sequenceNumber: number = 0): Buffer {
  const { type, code, message, requestId, members } = error;
  if (api === 'messages') {
    return event('error', { type: 'error', error: { type, message, code, ...members }, request_id: requestId });
  }
  if (api === 'responses') {
    return event('error', { type: 'error', code, message, param: null, ...members, sequence_number: sequenceNumber });
  }
  const data = { error: { message, type, param: null, code, request_id: requestId, ...members } };
  return Buffer.from(`data: ${JSON.stringify(data)}\n\ndata: [DONE]\n\n`);
}

function event(name: string, data: object): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
