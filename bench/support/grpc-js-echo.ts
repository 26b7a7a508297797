/*
 * The least that answers ext_proc with `@grpc/grpc-js`: every message gets an empty answer of its kind. By default
 * nothing is decoded; with `--codec` messages are read and answers written with protobuf-es, as a server must that wants
 * to know what it is asked. Started as a process of its own; prints the port.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { processorMethod } from '../../src/contract.ts';
import { continueFrame } from '../../src/extproc/wire/outgoing.ts';
import {
  ProcessingRequestSchema,
  ProcessingResponseSchema,
} from '../../src/gen/envoy/service/ext_proc/v3/external_processor_pb.js';

const answer = process.argv.includes('--codec') ? decoded : prepared;
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
      call.on('data', (message: Buffer) => call.write(answer(message)));
      call.on('end', () => call.end());
    },
  },
);

/** The field of the request's oneof is its first byte's tag: the answer is of the same kind. */
function prepared(message: Buffer): Buffer {
  return continueFrame((message[0] ?? 0) >> 3).subarray(5);
}

function decoded(message: Buffer): Buffer {
  const { request } = fromBinary(ProcessingRequestSchema, message);
  const headers = {
    case: request.case === 'responseHeaders' ? 'responseHeaders' : 'requestHeaders',
    value: {},
  } as const;
  const response = request.case === 'requestBody' ? ({ case: 'requestBody', value: {} } as const) : headers;
  return Buffer.from(toBinary(ProcessingResponseSchema, create(ProcessingResponseSchema, { response })));
}
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
