import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { ok } from '../../src/lib/result.ts';
import type { SentResponse, XdsEvent } from '../../src/xds/server/client.ts';
import { createXdsServer, shortTypeName, type XdsServer } from '../../src/xds/server/server.ts';
import { checkConsistency } from '../../src/xds/snapshot/consistency.ts';
import { messageTypes } from '../../src/xds/snapshot/message-types.ts';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { type TypeName, typeUrls } from '../../src/xds/snapshot/type-url.ts';
import { contentVersion } from '../../src/xds/snapshot/version.ts';
import { type EnvoyBootstrap, type EnvoyProcess, startEnvoy } from './envoy-process.ts';

/** How an Envoy gets its configuration. */
export interface Transport {
  readonly variant: 'sotw' | 'delta';
  readonly isAggregated: boolean;
}

export const transports: readonly (Transport & { readonly name: string })[] = [
  { name: 'SotW ADS', variant: 'sotw', isAggregated: true },
  { name: 'delta ADS', variant: 'delta', isAggregated: true },
  { name: 'SotW per type', variant: 'sotw', isAggregated: false },
  { name: 'delta per type', variant: 'delta', isAggregated: false },
];

const grpcServices = [{ envoy_grpc: { cluster_name: 'xds' } }];

/** Where a resource says that another one comes from. */
export function configSource({ variant, isAggregated }: Transport): JsonValue {
  if (isAggregated) return { ads: {}, resource_api_version: 'V3' };
  return { resource_api_version: 'V3', api_config_source: apiSource(variant) };
}

function apiSource(variant: 'sotw' | 'delta'): Record<string, JsonValue> {
  const api_type = variant === 'sotw' ? 'GRPC' : 'DELTA_GRPC';
  return { api_type, transport_api_version: 'V3', set_node_on_first_message_only: true, grpc_services: grpcServices };
}

/** Smallest Envoy that knows nothing but where its configuration comes from. */
function xdsBootstrap(transport: Transport, port: number): EnvoyBootstrap {
  const source = configSource(transport);
  const { variant, isAggregated } = transport;
  return {
    node: { id: 'test', cluster: 'test' },
    dynamic_resources: {
      cds_config: source,
      lds_config: source,
      ...(isAggregated && { ads_config: apiSource(variant) }),
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: assignment('xds', port),
        },
      ],
    },
  };
}

export function assignment(name: string, ...ports: readonly number[]): Record<string, JsonValue> {
  const lb_endpoints = ports.map((port_value) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value } } },
  }));
  return { cluster_name: name, endpoints: [{ lb_endpoints }] };
}

/** A resource from the JSON that Envoy's documentation uses. */
export function fromText(type: TypeName, name: string, json: JsonValue): Resource {
  const typeUrl = typeUrls[type];
  const schema = messageTypes.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (schema === undefined) throw new Error(`${type} is not generated`);
  const body = toBinary(schema, fromJson(schema, json, { registry: messageTypes }));
  return { typeUrl, name, version: contentVersion(body), body, origins: [`Test/${name}`] };
}

/** A server of our own, with a record of what went over its streams. */
export async function startXds(options: { readonly port?: number } = {}) {
  const responses: SentResponse[] = [];
  const server: XdsServer = createXdsServer({
    groupOf: () => ok('main'),
    onSent: (response) => responses.push(response),
  });
  const events: XdsEvent[] = [];
  server.onEvent((event) => events.push(event));
  const { port } = await server.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return {
    port,
    events,
    close: () => server.close(200),
    /** What was sent, as `cluster 2` or `cluster -1`. */
    sent: (): string[] =>
      responses.map(({ typeUrl, resources, removed }) =>
        removed > 0 && resources === 0
          ? `${shortTypeName(typeUrl)} -${removed}`
          : `${shortTypeName(typeUrl)} ${resources}`,
      ),
    nacks: (): string[] => events.flatMap((event) => (event.kind === 'nack' ? event.text : [])),
    /** Publishes and waits for all answers; what is inconsistent is refused unless the test wants it so. */
    async publish(resources: readonly Resource[], isBroken = false): Promise<void> {
      const snapshot = snapshotOf(resources);
      const problems = checkConsistency(snapshot, new Set(['xds']));
      if (problems.length > 0 && !isBroken) throw new Error(problems.map(({ message }) => message).join('\n'));
      server.publish('main', snapshot);
      const { isComplete } = await server.settled('main', Object.values(typeUrls), 5_000);
      if (!isComplete && !isBroken) throw new Error(`not answered: ${JSON.stringify(server.clients(), undefined, 1)}`);
    },
    clients: () => server.clients(),
  };
}

export type RecordedXds = Awaited<ReturnType<typeof startXds>>;

export function startXdsEnvoy(transport: Transport, xdsPort: number): Promise<EnvoyProcess> {
  return startEnvoy(xdsBootstrap(transport, xdsPort));
}

/** An upstream that answers with its name and the credential it was shown. */
export async function startUpstream(name: string): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => response.end(`${name} ${request.headers.authorization}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Port of a listener that asked for any. */
export async function listenerPort(envoy: EnvoyProcess, name: string): Promise<number> {
  const lines = (await envoy.admin('/listeners')).split('\n');
  const address = lines.find((line) => line.startsWith(`${name}::`));
  if (address === undefined) throw new Error(`Envoy has no listener ${name}, only ${lines.join(' ')}`);
  return Number(address.split(':').at(-1));
}
