import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { type ProgramInit, programResourcesOf, type TypedResource } from './program-of.ts';

type Call = ServerDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/** A control plane of a few lines, which sends what the test says and keeps what the processor said. */
export interface ProgramServer {
  readonly address: string;
  readonly requests: readonly DeltaDiscoveryRequest[];
  /** Streams that have been opened. */
  readonly streamCount: number;
  /** To the open stream, and to every later one that does not have it. Resolves with the client's answer. */
  send(
    resources: readonly TypedResource[],
    removed?: { typeUrl: string; names: string[] },
  ): Promise<DeltaDiscoveryRequest[]>;
  /** Ends the stream as a control plane that restarts does. */
  dropStreams(): void;
  close(): void;
}

export async function startProgramServer(
  init: ProgramInit | undefined,
  port = 0,
  credentials = ServerCredentials.createInsecure(),
): Promise<ProgramServer> {
  const resources = new Map<string, TypedResource>();
  for (const resource of init === undefined ? [] : programResourcesOf(init)) {
    resources.set(`${resource.typeUrl} ${resource.name}`, resource);
  }
  const requests: DeltaDiscoveryRequest[] = [];
  const calls = new Set<Call>();
  const waiting = new Map<string, (request: DeltaDiscoveryRequest) => void>();
  let nonce = 0;
  let streamCount = 0;

  const answer = (call: Call, request: DeltaDiscoveryRequest): void => {
    requests.push(request);
    if (request.responseNonce !== '') {
      waiting.get(request.responseNonce)?.(request);
      waiting.delete(request.responseNonce);
      return;
    }
    if (init === undefined) return;
    const known = request.initialResourceVersions;
    const ofType = [...resources.values()].filter(({ typeUrl }) => typeUrl === request.typeUrl);
    const names = new Set(ofType.map(({ name }) => name));
    respond(
      call,
      request.typeUrl,
      ofType.filter(({ name, version }) => known[name] !== version),
      Object.keys(known).filter((name) => !names.has(name)),
    );
  };

  const respond = (
    call: Call,
    typeUrl: string,
    changed: readonly TypedResource[],
    removed: readonly string[],
  ): string => {
    const id = String(++nonce);
    call.write(
      create(DeltaDiscoveryResponseSchema, {
        typeUrl,
        nonce: id,
        removedResources: [...removed],
        resources: changed.map(({ name, version, body }) => ({ name, version, resource: { typeUrl, value: body } })),
      }),
    );
    return id;
  };

  const server = new Server();
  server.addService(
    {
      deltaAggregatedResources: {
        path: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
        requestStream: true,
        responseStream: true,
        requestSerialize: (message: DeltaDiscoveryRequest) =>
          Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)),
        requestDeserialize: (bytes: Buffer) => fromBinary(DeltaDiscoveryRequestSchema, bytes),
        responseSerialize: (message: DeltaDiscoveryResponse) =>
          Buffer.from(toBinary(DeltaDiscoveryResponseSchema, message)),
        responseDeserialize: (bytes: Buffer) => fromBinary(DeltaDiscoveryResponseSchema, bytes),
      },
    },
    {
      deltaAggregatedResources: (call: Call) => {
        streamCount++;
        calls.add(call);
        call.on('data', (request: DeltaDiscoveryRequest) => answer(call, request));
        call.on('end', () => call.end());
        call.on('error', () => {});
        call.on('close', () => calls.delete(call));
        call.on('cancelled', () => calls.delete(call));
      },
    },
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, chosen) =>
      error === null ? resolve(chosen) : reject(error),
    );
  });

  return {
    address: `127.0.0.1:${bound}`,
    requests,
    get streamCount() {
      return streamCount;
    },
    send(changed, removed) {
      const typeUrls = new Set([
        ...changed.map(({ typeUrl }) => typeUrl),
        ...(removed === undefined ? [] : [removed.typeUrl]),
      ]);
      for (const resource of changed) resources.set(`${resource.typeUrl} ${resource.name}`, resource);
      for (const name of removed?.names ?? []) resources.delete(`${removed?.typeUrl} ${name}`);
      const answers: Promise<DeltaDiscoveryRequest>[] = [];
      for (const call of calls) {
        for (const typeUrl of typeUrls) {
          const ofType = changed.filter((resource) => resource.typeUrl === typeUrl);
          const id = respond(call, typeUrl, ofType, removed?.typeUrl === typeUrl ? removed.names : []);
          answers.push(new Promise((resolve) => void waiting.set(id, resolve)));
        }
      }
      return Promise.all(answers);
    },
    dropStreams() {
      for (const call of calls) call.end();
    },
    close() {
      server.forceShutdown();
    },
  };
}
