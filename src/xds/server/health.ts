import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';

// grpc.health.v1.HealthCheckResponse{status}: field 1, a varint. Three constants are all there is to say.
const answers = {
  serving: Buffer.from([0x08, 1]),
  notServing: Buffer.from([0x08, 2]),
  unknownService: Buffer.from([0x08, 3]),
} as const;

/** The empty name asks for the server as a whole. */
const knownServices: ReadonlySet<string> = new Set(['', 'envoy.service.discovery.v3.AggregatedDiscoveryService']);

const identity = (bytes: Buffer): Buffer => bytes;
const codec = {
  requestSerialize: identity,
  // An object, since grpc-js takes an empty text for a missing request.
  requestDeserialize: (bytes: Buffer): HealthRequest => ({ service: serviceIn(bytes) }),
  responseSerialize: identity,
  responseDeserialize: identity,
};

interface HealthRequest {
  readonly service: string;
}

export interface HealthService {
  /** Tells those who watch, if the answer is another now. */
  changed(): void;
  /** Tells them for the last time: a watch never ends by itself, and must not keep a closing server open. */
  close(): void;
}

/** The standard health service, for probes: serving once there has been something to serve, and until the server closes. */
export function addHealthService(server: Server, isServing: () => boolean): HealthService {
  const watchers = new Set<{ tell(answer: Buffer): void; end(): void }>();
  const answer = (): Buffer => (isServing() ? answers.serving : answers.notServing);
  server.addService(
    {
      Check: { path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false, ...codec },
      Watch: { path: '/grpc.health.v1.Health/Watch', requestStream: false, responseStream: true, ...codec },
    },
    {
      Check: (call: ServerUnaryCall<HealthRequest, Buffer>, reply: sendUnaryData<Buffer>) => {
        if (knownServices.has(call.request.service)) reply(null, answer());
        else reply({ code: status.NOT_FOUND, details: `There is no service "${call.request.service}".` });
      },
      Watch: (call: ServerWritableStream<HealthRequest, Buffer>) => {
        if (!knownServices.has(call.request.service)) {
          call.write(answers.unknownService);
          return;
        }
        let last: Buffer | undefined;
        const tell = (next: Buffer): void => {
          if (next !== last) call.write(next);
          last = next;
        };
        const watcher = { tell, end: () => call.end() };
        watchers.add(watcher);
        const stop = (): void => void watchers.delete(watcher);
        call.on('cancelled', stop).on('close', stop).on('error', stop);
        tell(answer());
      },
    },
  );
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher.tell(answer());
  };
  return {
    changed,
    close() {
      changed();
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}

/** `service` of a HealthCheckRequest: field 1. */
function serviceIn(bytes: Buffer): string {
  const reader = new BinaryReader(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wireType, field);
  }
  return service;
}
