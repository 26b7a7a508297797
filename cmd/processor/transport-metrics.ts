import type { OnEvent, TransportEvent } from '../../src/extproc/transport/events.ts';
import type { Counter, MetricsRegistry } from '../../src/lib/metrics.ts';

/** Counts what happens on the wire. The events are few and known, so each finds its counter by one property. */
export function createTransportMetrics(metrics: MetricsRegistry): OnEvent {
  const events = metrics.counter('sluice_transport_events_total', 'Connections and streams, by event.', [
    'event',
  ] as const);
  const bytes = metrics.counter('sluice_transport_bytes_total', 'Bytes from and to Envoy.', ['direction'] as const);
  const counters: Readonly<Record<TransportEvent, Counter>> = {
    connectionOpened: events.of('connection_opened'),
    connectionClosed: events.of('connection_closed'),
    connectionError: events.of('connection_error'),
    goaway: events.of('goaway'),
    streamOpened: events.of('stream_opened'),
    streamEnded: events.of('stream_ended'),
    streamReset: events.of('stream_reset'),
    streamFailed: events.of('stream_failed'),
    refused: events.of('refused'),
    messageReceived: events.of('message_received'),
    bytesReceived: bytes.of('received'),
    bytesSent: bytes.of('sent'),
  };
  return (event, amount) => counters[event].increment(amount);
}
