import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Server, type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { type NodeMatcher, NodeMatcherSchema } from '../../gen/envoy/type/matcher/v3/node_pb.js';
import {
  ClientResourceStatus,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
  ConfigStatus,
} from '../../gen/sluice/status/v1/client_status_pb.js';
import { err, ok } from '../../lib/result.ts';
import type { ClientState, ResourceState } from './client.ts';
import { matchesAnyOf } from './node-matcher.ts';
import { callerOf, type Peer } from './peer.ts';

const path = '/envoy.service.status.v3.ClientStatusDiscoveryService';

/**
 * CSDS: what every client was sent and what it made of it, for tools that speak it. Contents are left out always: they
 * hold secrets, and names and versions are what a difference is found by. Names tell of a gateway's keys and providers as
 * well, so who asks hears only of clients whose state it may have itself.
 */
export function addClientStatusService(
  server: Server,
  clientsFor: (caller: Peer | undefined) => readonly ClientState[],
): void {
  const identity = (bytes: Buffer): Buffer => bytes;
  const codec = {
    requestSerialize: identity,
    requestDeserialize: readRequest,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  const answer = (call: ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>, asked: Asked) => {
    const isAskedFor = matchesAnyOf(asked);
    if (!isAskedFor.ok) return err({ code: status.INVALID_ARGUMENT, details: isAskedFor.error });
    return ok(render(clientsFor(callerOf(call)).filter(({ node }) => isAskedFor.value(node))));
  };
  server.addService(
    {
      StreamClientStatus: { path: `${path}/StreamClientStatus`, requestStream: true, responseStream: true, ...codec },
      FetchClientStatus: { path: `${path}/FetchClientStatus`, requestStream: false, responseStream: false, ...codec },
    },
    {
      StreamClientStatus: (call: ServerDuplexStream<Asked, Buffer>) => {
        call.on('data', (asked: Asked) => {
          const answered = answer(call, asked);
          if (answered.ok) call.write(answered.value);
          else call.emit('error', answered.error);
        });
        call.on('end', () => call.end());
        call.on('error', () => call.end());
      },
      FetchClientStatus: (call: ServerUnaryCall<Asked, Buffer>, reply: sendUnaryData<Buffer>) => {
        const answered = answer(call, call.request);
        if (answered.ok) reply(null, answered.value);
        else reply(answered.error);
      },
    },
  );
}

/** Which clients a request is about. */
type Asked = readonly NodeMatcher[];

function readRequest(bytes: Buffer): Asked {
  const { nodeMatchers } = fromBinary(ClientStatusRequestSchema, bytes);
  return nodeMatchers.map((matcher) => fromBinary(NodeMatcherSchema, matcher));
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
