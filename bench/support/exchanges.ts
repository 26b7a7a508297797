import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { processorAuthorities, processorMethod } from '../../src/contract.ts';
import { ProcessingRequestSchema } from '../../src/gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { callerKey } from './pair.ts';

/** The three messages of a chat request as Envoy sends them, with their gRPC prefix. */
export function exchangeMessages(promptBytes: number): readonly Buffer[] {
  const lines: readonly (readonly [string, string])[] = [
    [':authority', 'gateway.example.com'],
    [':path', '/v1/chat/completions'],
    [':method', 'POST'],
    [':scheme', 'http'],
    ['content-type', 'application/json'],
    ['authorization', `Bearer ${callerKey}`],
    ['user-agent', 'OpenAI/Python 2.1.0'],
    ['accept', 'application/json'],
    ['accept-encoding', 'gzip, deflate'],
    ['x-stainless-lang', 'python'],
    ['x-stainless-package-version', '2.1.0'],
    ['x-forwarded-for', '10.0.0.7'],
    ['x-forwarded-proto', 'http'],
    ['x-request-id', '69e4271d-a198-43eb-9aad-955f66a2331a'],
  ];
  const headers = (list: readonly (readonly [string, string])[]) => ({
    headers: { headers: list.map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
  });
  const content = 'x'.repeat(promptBytes - 80);
  const body = Buffer.from(JSON.stringify({ model: 'bench', messages: [{ role: 'user', content }] }));
  const response: readonly (readonly [string, string])[] = [
    [':status', '200'],
    ['content-type', 'application/json'],
    ['content-length', '1000'],
  ];
  const attributes = {
    'envoy.filters.http.ext_proc': { 'response.code_details': 'via_upstream', 'upstream.request_attempt_count': 1 },
  };
  return [
    create(ProcessingRequestSchema, { request: { case: 'requestHeaders', value: headers(lines) } }),
    create(ProcessingRequestSchema, { request: { case: 'requestBody', value: { body, endOfStream: true } } }),
    create(ProcessingRequestSchema, { request: { case: 'responseHeaders', value: headers(response) }, attributes }),
  ].map((message) => {
    const bytes = toBinary(ProcessingRequestSchema, message);
    const frame = Buffer.alloc(5 + bytes.length);
    frame.writeUInt32BE(bytes.length, 1);
    frame.set(bytes, 5);
    return frame;
  });
}

/** Runs exchanges on so many streams at once: a message, its answer, the next one; then the stream ends. */
export function runExchanges(
  address: { readonly path: string } | { readonly port: number },
  messages: readonly Buffer[],
  options: {
    readonly streams: number;
    readonly exchanges: number;
    readonly warmUp: number;
    readonly onStart: () => void;
  },
): Promise<void> {
  const socket: Socket = connectSocket({ ...address, ...('port' in address && { host: '127.0.0.1' }) });
  const session = connect('http://processor', { createConnection: () => socket });
  let started = 0;
  let finished = 0;
  const total = options.warmUp + options.exchanges;
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    const next = (): void => {
      if (started++ >= total) return;
      exchange(session, messages, () => {
        finished++;
        if (finished === options.warmUp) options.onStart();
        if (finished === total) {
          session.close();
          resolve();
        } else next();
      });
    };
    for (let index = 0; index < options.streams; index++) next();
  });
}

function exchange(session: ClientHttp2Session, messages: readonly Buffer[], done: () => void): void {
  const stream = session.request({
    ':method': 'POST',
    ':path': processorMethod,
    'content-type': 'application/grpc',
    te: 'trailers',
    ':authority': processorAuthorities.router,
  });
  let sent = 0;
  let waiting: Buffer = Buffer.alloc(0);
  const send = (): void => {
    const message = messages[sent++];
    if (message === undefined) stream.end();
    else stream.write(message);
  };
  stream.on('data', (data: Buffer) => {
    waiting = waiting.length === 0 ? data : Buffer.concat([waiting, data]);
    while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt32BE(1)) {
      waiting = waiting.subarray(5 + waiting.readUInt32BE(1));
      send();
    }
  });
  stream.on('trailers', (trailers) => {
    if (trailers['grpc-status'] !== '0') throw new Error(`gRPC status ${trailers['grpc-status']}`);
  });
  stream.on('close', done);
  send();
}
