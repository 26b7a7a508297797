/** Every bound of the transport. All are counts or bytes. */
export interface Limits {
  /**
   * Longest message that is accepted, checked before anything is allocated. Must exceed the largest body limit of any
   * gateway (`mostBodyBytes` of the model) by the size of what comes with it, otherwise a body that Envoy accepted fails
   * here. Default 64 MiB.
   */
  readonly maxMessageBytes: number;
  /** Streams per connection. Envoy opens another connection when it is reached. Default 1,000. */
  readonly maxConcurrentStreams: number;
  /**
   * Answers waiting in one stream for a peer that does not read. From a quarter of it on no more messages are taken from
   * the peer, so that one that reads slowly is slowed down. Over it the stream is reset (ENHANCE_YOUR_CALM, which gRPC
   * reads as RESOURCE_EXHAUSTED). One answer alone may be longer: it can be a whole body. Default 4 MiB.
   */
  readonly maxQueuedBytesPerStream: number;
  /**
   * Half-received messages and waiting answers of all streams together. Over it the stream that asks for more fails
   * with RESOURCE_EXHAUSTED and the others live on. Default 256 MiB, a quarter of a usual container.
   */
  readonly maxBufferedBytes: number;
  /**
   * HTTP/2 flow control window of a stream. The protocol's default of 64 KiB costs a round trip per 64 KiB of body:
   * 128 KiB bodies ran four times faster with 1 MiB. Default 1 MiB.
   */
  readonly streamWindowBytes: number;
  /** The same for a whole connection, which all streams share. Default 64 MiB. */
  readonly connectionWindowBytes: number;
}

export const defaultLimits: Limits = {
  maxMessageBytes: 64 * 1024 * 1024,
  maxConcurrentStreams: 1_000,
  maxQueuedBytesPerStream: 4 * 1024 * 1024,
  maxBufferedBytes: 256 * 1024 * 1024,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 64 * 1024 * 1024,
};
