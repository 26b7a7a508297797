import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface Receiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Of `resource.attributes`, of the last request. */
  readonly resource: Map<string, unknown>;
  readonly headers: IncomingHttpHeaders[];
  /** Statuses of the next answers; 200 once they are used up. */
  readonly answers: { status: number; headers?: Record<string, string>; body?: string }[];
  close(): void;
}

/** A collector that takes only what the specification of OTLP/HTTP allows, and says 400 to everything else. */
export async function startReceiver(path = '/v1/traces'): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const resource = new Map<string, unknown>();
  const headers: IncomingHttpHeaders[] = [];
  const answers: Receiver['answers'] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    headers.push(request.headers);
    const planned = answers.shift();
    if (planned !== undefined && planned.status !== 200) {
      response.writeHead(planned.status, planned.headers).end(planned.body);
      return;
    }
    try {
      if (request.method !== 'POST' || request.url !== path) throw new Error(`${request.method} ${request.url}`);
      if (request.headers['content-type'] !== 'application/json') throw new Error('content type');
      const { resourceSpans } = JSON.parse(Buffer.concat(pieces).toString());
      for (const { key, value } of resourceSpans[0].resource.attributes) resource.set(key, value.stringValue);
      for (const { scopeSpans } of resourceSpans) {
        for (const group of scopeSpans) for (const span of group.spans) spans.push(checked(span));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(planned?.body ?? '{}');
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, spans, resource, headers, answers, close };
}

function checked(span: ReceivedSpan): ReceivedSpan {
  const wrong = (what: string): never => {
    throw new Error(`span ${span.name}: ${what}`);
  };
  if (!/^[0-9a-f]{32}$/.test(span.traceId)) wrong('trace id');
  if (!/^[0-9a-f]{16}$/.test(span.spanId)) wrong('span id');
  if (span.parentSpanId !== undefined && !/^[0-9a-f]{16}$/.test(span.parentSpanId)) wrong('parent');
  for (const time of [span.startTimeUnixNano, span.endTimeUnixNano]) if (!/^[0-9]{19}$/.test(time)) wrong('time');
  if (span.endTimeUnixNano < span.startTimeUnixNano) wrong('ends before it starts');
  for (const { key, value } of span.attributes) {
    const kinds = Object.keys(value);
    if (key === '' || kinds.length !== 1 || !/^(string|int|bool|double)Value$/.test(kinds[0] ?? '')) wrong(key);
  }
  return span;
}
