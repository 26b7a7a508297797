/*
 * The least that answers ext_proc with `@grpc/grpc-js`: every message gets the same prepared answer of its kind, nothing
 * is decoded. Started as a process of its own; prints the port.
 */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { processorMethod } from '../../src/contract.ts';
import { continueFrame } from '../../src/extproc/wire/outgoing.ts';

const identity = (bytes: Buffer): Buffer => bytes;
const server = new Server({ 'grpc.max_receive_message_length': -1 });
server.addService(
  {
    Process: {
      path: processorMethod,
      requestStream: true,
      responseStream: true,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  },
  {
    Process: (call: ServerDuplexStream<Buffer, Buffer>) => {
      // The field of the request's oneof is its first byte's tag: the answer is of the same kind.
      call.on('data', (message: Buffer) => {
        const kind = (message[0] ?? 0) >> 3;
        call.write(continueFrame(answerKind[kind] ?? 0).subarray(5));
      });
      call.on('end', () => call.end());
    },
  },
);
const answerKind: Readonly<Record<number, number>> = { 2: 2, 3: 3, 4: 4 };
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
