/**
 * The six messages of an exchange. The numbers are the field numbers of `ProcessingRequest.request`; the answer to
 * each stands in `ProcessingResponse.response` under the number one below.
 */
export const kind = {
  requestHeaders: 2,
  responseHeaders: 3,
  requestBody: 4,
  responseBody: 5,
  requestTrailers: 6,
  responseTrailers: 7,
} as const;

export type Kind = (typeof kind)[keyof typeof kind];
