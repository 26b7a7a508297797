/**
 * What happens in the transport, for counters. `amount` is 1, or the bytes. Called on the hot path: it must only count.
 *
 * - `streamOpened`, then exactly one of `streamEnded` (the client half-closed, or we ended first) and `streamReset`
 *   (reset by the client, or its connection lost)
 * - `streamFailed`: we answered with a status other than OK
 * - `refused`: no handler saw the stream (unknown method, not gRPC)
 * - `connectionOpened`, `connectionClosed`, `connectionError`; `goaway`: sent by us
 * - `messageReceived`, `bytesReceived`, `bytesSent`
 */
export type TransportEvent =
  | 'connectionOpened'
  | 'connectionClosed'
  | 'connectionError'
  | 'goaway'
  | 'streamOpened'
  | 'streamEnded'
  | 'streamReset'
  | 'streamFailed'
  | 'refused'
  | 'messageReceived'
  | 'bytesReceived'
  | 'bytesSent';

export type OnEvent = (event: TransportEvent, amount: number) => void;
