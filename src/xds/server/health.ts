import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';

// grpc.health.v1.HealthCheckResponse{status}: field 1, a varint. Two constants are all there is to say.
const serving = Buffer.from([0x08, 0x01]);
const notServing = Buffer.from([0x08, 0x02]);

const identity = (bytes: Buffer): Buffer => bytes;
const codec = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

const watchIntervalMs = 1_000;

/** The standard health service, for probes: serving once there is something to serve. */
export function addHealthService(server: Server, isServing: () => boolean): void {
  const answer = (): Buffer => (isServing() ? serving : notServing);
  server.addService(
    {
      Check: { path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false, ...codec },
      Watch: { path: '/grpc.health.v1.Health/Watch', requestStream: false, responseStream: true, ...codec },
    },
    {
      Check: (_call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => callback(null, answer()),
      Watch: (call: ServerWritableStream<Buffer, Buffer>) => {
        let last = answer();
        call.write(last);
        const timer = setInterval(() => {
          const next = answer();
          if (next !== last) call.write(next);
          last = next;
        }, watchIntervalMs);
        timer.unref();
        call.on('cancelled', () => clearInterval(timer));
        call.on('close', () => clearInterval(timer));
      },
    },
  );
}
