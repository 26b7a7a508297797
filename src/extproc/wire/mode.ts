/** `ProcessingMode.HeaderSendMode`. `default` sends headers and skips trailers. */
const headerSendMode = { default: 0, send: 1, skip: 2 } as const;

/** `ProcessingMode.BodySendMode`. */
export const bodySendMode = { none: 0, streamed: 1, buffered: 2, bufferedPartial: 3, fullDuplexStreamed: 4 } as const;

export type HeaderSendMode = (typeof headerSendMode)[keyof typeof headerSendMode];
export type BodySendMode = (typeof bodySendMode)[keyof typeof bodySendMode];

/** `envoy.extensions.filters.http.ext_proc.v3.ProcessingMode`; what is left out is 0. */
export interface Mode {
  readonly requestHeaders?: HeaderSendMode;
  readonly responseHeaders?: HeaderSendMode;
  readonly requestBody?: BodySendMode;
  readonly responseBody?: BodySendMode;
  readonly requestTrailers?: HeaderSendMode;
  readonly responseTrailers?: HeaderSendMode;
}

export function encodeMode(mode: Mode): Buffer {
  const fields = [
    mode.requestHeaders,
    mode.responseHeaders,
    mode.requestBody,
    mode.responseBody,
    mode.requestTrailers,
    mode.responseTrailers,
  ];
  const bytes: number[] = [];
  fields.forEach((value, index) => {
    if (value !== undefined && value !== 0) {
      bytes.push((index + 1) << 3, value);
    }
  });
  return Buffer.from(bytes);
}

/**
 * Overrides for the answer to the response headers: how the response body comes. An override replaces the whole mode,
 * so each says again that response headers are sent. Shared constants: never write into them.
 */
export const responseBodyOverride = {
  /** Nobody needs the body: it flows past the processor. */
  none: encodeMode({ responseHeaders: headerSendMode.send }),
  /** JSON: one message with all of it. */
  buffered: encodeMode({ responseHeaders: headerSendMode.send, responseBody: bodySendMode.buffered }),
  /** SSE: a message per chunk, answers in order, one each. Trailers, since else nobody would say that it has ended. */
  streamed: encodeMode({
    responseHeaders: headerSendMode.send,
    responseBody: bodySendMode.streamed,
    responseTrailers: headerSendMode.send,
  }),
  /** A stream that may be ended early or flushed by a timer. Envoy demands trailers with it. */
  fullDuplexStreamed: encodeMode({
    responseHeaders: headerSendMode.send,
    responseBody: bodySendMode.fullDuplexStreamed,
    responseTrailers: headerSendMode.send,
  }),
} as const;
