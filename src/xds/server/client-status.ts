import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Server, ServerDuplexStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import {
  ClientResourceStatus,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
  ConfigStatus,
} from '../../gen/sluice/status/v1/client_status_pb.js';
import type { ClientState, ResourceState } from './client.ts';

const path = '/envoy.service.status.v3.ClientStatusDiscoveryService';

/**
 * CSDS: what every client was sent and what it made of it, for tools that speak it. Contents are left out always: they
 * hold secrets, and names and versions are what a difference is found by.
 */
export function addClientStatusService(server: Server, clients: () => readonly ClientState[]): void {
  const identity = (bytes: Buffer): Buffer => bytes;
  const codec = {
    requestSerialize: identity,
    requestDeserialize: (bytes: Buffer) => {
      fromBinary(ClientStatusRequestSchema, bytes);
      return bytes;
    },
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  const answer = (): Buffer => render(clients());
  server.addService(
    {
      StreamClientStatus: { path: `${path}/StreamClientStatus`, requestStream: true, responseStream: true, ...codec },
      FetchClientStatus: { path: `${path}/FetchClientStatus`, requestStream: false, responseStream: false, ...codec },
    },
    {
      StreamClientStatus: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', () => call.write(answer()));
        call.on('end', () => call.end());
        call.on('error', () => call.end());
      },
      FetchClientStatus: (_call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
        callback(null, answer()),
    },
  );
}

function render(clients: readonly ClientState[]): Buffer {
  const config = clients.map((client) => ({
    node: { id: client.node.id, cluster: client.node.cluster },
    genericXdsConfigs: client.resources().map((resource) => ({
      typeUrl: resource.typeUrl,
      name: resource.name,
      versionInfo: resource.version ?? '',
      ...statuses[resource.state],
      ...(resource.error !== undefined && {
        errorState: { details: resource.error, versionInfo: resource.version ?? '' },
      }),
    })),
  }));
  return Buffer.from(toBinary(ClientStatusResponseSchema, create(ClientStatusResponseSchema, { config })));
}

const statuses = {
  accepted: { configStatus: ConfigStatus.SYNCED, clientStatus: ClientResourceStatus.ACKED },
  sent: { configStatus: ConfigStatus.STALE, clientStatus: ClientResourceStatus.REQUESTED },
  refused: { configStatus: ConfigStatus.ERROR, clientStatus: ClientResourceStatus.NACKED },
  missing: { configStatus: ConfigStatus.NOT_SENT, clientStatus: ClientResourceStatus.DOES_NOT_EXIST },
} as const satisfies Record<ResourceState['state'], unknown>;
