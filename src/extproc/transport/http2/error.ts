/** Error codes of RFC 9113 section 7, as far as they are sent or looked at here. */
export const http2Code = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

/** The peer broke a rule that its whole connection depends on: nothing that follows could be understood. */
export class ConnectionFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export function protocolFault(message: string): ConnectionFault {
  return new ConnectionFault(http2Code.protocolError, message);
}

export function flowFault(): ConnectionFault {
  return new ConnectionFault(http2Code.flowControlError, 'more was sent than a window allows');
}
