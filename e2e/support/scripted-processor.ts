import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { processorAuthorities, processorMethod } from '../../src/contract.ts';
import {
  type ProcessingRequest,
  ProcessingRequestSchema,
  type ProcessingResponse,
  ProcessingResponseSchema,
} from '../../src/gen/envoy/service/ext_proc/v3/external_processor_pb.js';

import type { Certificate } from './certificates.ts';

export type Answer = MessageInitShape<typeof ProcessingResponseSchema>;

/** What a script may do with a message: answer it (and held ones before it), say nothing, end the stream quietly, or fail it. */
export type Reaction = Answer | readonly Answer[] | 'silence' | 'end' | 'fail';

export interface SeenMessage {
  readonly role: string;
  readonly kind: NonNullable<ProcessingRequest['request']['case']>;
  readonly message: ProcessingRequest;
  readonly metadata: Metadata;
}

export interface ScriptedProcessor {
  readonly port: number;
  readonly seen: readonly SeenMessage[];
  close(): void;
}

/** A processor that answers as a test says, at once or after a while, to see what Envoy makes of it. `identity`: over TLS. */
export async function startScriptedProcessor(
  script: (seen: SeenMessage) => Reaction,
  delayMs = 0,
  identity?: Certificate,
): Promise<ScriptedProcessor> {
  const seen: SeenMessage[] = [];
  const server = new Server();
  server.addService(
    {
      process: {
        path: processorMethod,
        requestStream: true,
        responseStream: true,
        requestSerialize: (message: ProcessingRequest) => Buffer.from(toBinary(ProcessingRequestSchema, message)),
        requestDeserialize: (bytes: Buffer) => fromBinary(ProcessingRequestSchema, bytes),
        responseSerialize: (message: ProcessingResponse) => Buffer.from(toBinary(ProcessingResponseSchema, message)),
        responseDeserialize: (bytes: Buffer) => fromBinary(ProcessingResponseSchema, bytes),
      },
    },
    {
      process: (call: ServerDuplexStream<ProcessingRequest, ProcessingResponse>) => {
        const role = roleOf(call.getHost());
        call.on('data', async (message: ProcessingRequest) => {
          const kind = message.request.case;
          if (kind === undefined) return;
          const entry = { role, kind, message, metadata: call.metadata };
          seen.push(entry);
          if (delayMs > 0) await sleep(delayMs);
          const reaction = script(entry);
          if (reaction === 'silence') return;
          if (reaction === 'end') call.end();
          else if (reaction === 'fail') call.emit('error', { code: status.UNAVAILABLE, details: 'as the script says' });
          else for (const answer of [reaction].flat()) call.write(create(ProcessingResponseSchema, answer));
        });
        call.on('end', () => call.end());
        call.on('error', () => undefined);
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      '127.0.0.1:0',
      identity ? overTls(identity) : ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return { port, seen, close: () => server.forceShutdown() };
}

function roleOf(host: string): string {
  return Object.entries(processorAuthorities).find(([, authority]) => authority === host)?.[0] ?? '';
}

function overTls({ certificate, privateKey }: Certificate): ServerCredentials {
  return ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certificate), private_key: Buffer.from(privateKey) },
  ]);
}

/** Value of a header in a request that Envoy sent to the processor. */
export function headerOf(message: ProcessingRequest, name: string): string | undefined {
  if (message.request.case !== 'requestHeaders' && message.request.case !== 'responseHeaders') return undefined;
  const found = message.request.value.headers?.headers.find(({ key }) => key === name);
  return found && (found.rawValue.length > 0 ? Buffer.from(found.rawValue).toString() : found.value);
}
