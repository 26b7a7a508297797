import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import { describe, expect, it } from 'vitest';
import {
  Cluster_DiscoveryType,
  Cluster_LbPolicy,
  ClusterSchema,
} from '../../src/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../src/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../src/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../src/gen/envoy/config/route/v3/route_pb.js';
import { RouterSchema } from '../../src/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { HttpConnectionManagerSchema } from '../../src/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { ok } from '../../src/lib/result.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import { checkConsistency } from '../../src/xds/snapshot/consistency.ts';
import { type Snapshot, snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { typeUrls } from '../../src/xds/snapshot/type-url.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { resourceOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();
register();

const ads = { resourceApiVersion: 2, configSourceSpecifier: { case: 'ads', value: {} } } as const;

/** All that a gRPC client needs to find the backend of a name. */
function serviceAt(port: number): Snapshot {
  const router = anyPack(RouterSchema, create(RouterSchema, {}));
  const manager = create(HttpConnectionManagerSchema, {
    routeSpecifier: { case: 'rds', value: { routeConfigName: 'service-routes', configSource: ads } },
    httpFilters: [{ name: 'router', configType: { case: 'typedConfig', value: router } }],
  });
  const address = {
    case: 'socketAddress',
    value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: port } },
  };
  return snapshotOf([
    resourceOf(ListenerSchema, 'service', {
      name: 'service',
      apiListener: { apiListener: anyPack(HttpConnectionManagerSchema, manager) },
    }),
    resourceOf(RouteConfigurationSchema, 'service-routes', {
      name: 'service-routes',
      virtualHosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            {
              match: { pathSpecifier: { case: 'prefix', value: '' } },
              action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'backend' } } },
            },
          ],
        },
      ],
    }),
    resourceOf(ClusterSchema, 'backend', {
      name: 'backend',
      clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
      edsClusterConfig: { edsConfig: ads, serviceName: 'backend-endpoints' },
      lbPolicy: Cluster_LbPolicy.ROUND_ROBIN,
    }),
    resourceOf(ClusterLoadAssignmentSchema, 'backend-endpoints', {
      clusterName: 'backend-endpoints',
      endpoints: [
        {
          locality: { region: 'here' },
          loadBalancingWeight: 1,
          lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: { address: { address } as never } } }],
        },
      ],
    }),
  ]);
}

const identity = (bytes: Buffer): Buffer => bytes;
const healthPath = '/grpc.health.v1.Health/Check';

/** A backend that tells who it is. */
async function startBackend(answer: string): Promise<number> {
  const server = new Server();
  const codec = {
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  server.addService(
    { Check: { path: healthPath, requestStream: false, responseStream: false, ...codec } },
    { Check: (_call: unknown, reply: (error: null, body: Buffer) => void) => reply(null, Buffer.from(answer)) },
  );
  cleanup(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

describe('a gRPC client that resolves an xds: name', () => {
  it('reaches the backend by listener, routes, cluster and endpoints, and follows when it moves', async () => {
    const [first, second] = [await startBackend('first'), await startBackend('second')];
    const xds = createXdsServer({ groupOf: () => ok('main') });
    cleanup(() => xds.close(500));
    const { port } = await xds.listen({ host: '127.0.0.1', port: 0 });
    const nacks: string[] = [];
    xds.onEvent((event) => event.kind === 'nack' && nacks.push(event.text));
    expect(checkConsistency(serviceAt(first), new Set())).toEqual([]);
    xds.publish('main', serviceAt(first));

    const bootstrap = {
      xds_servers: [
        { server_uri: `127.0.0.1:${port}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
      ],
      node: { id: 'grpc-client', locality: {} },
    };
    const client = new Client('xds:///service', credentials.createInsecure(), {
      'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap),
    });
    cleanup(() => client.close());
    const call = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + 10_000;
        client.makeUnaryRequest(healthPath, identity, identity, Buffer.alloc(0), { deadline }, (error, body) =>
          error ? reject(error) : resolve(String(body)),
        );
      });
    expect(await call()).toBe('first');

    xds.publish('main', serviceAt(second));
    const all = [typeUrls.listener, typeUrls.route, typeUrls.cluster, typeUrls.endpoint];
    expect(await xds.settled('main', all, 5_000)).toEqual({ isComplete: true, missing: [] });
    for (let tries = 0; (await call()) !== 'second'; tries++) expect(tries).toBeLessThan(100);
    expect(nacks).toEqual([]);
    expect(xds.clients()[0]?.types.map(({ accepted, state }) => [accepted, state])).toEqual([
      [1, 'synced'],
      [1, 'synced'],
      [1, 'synced'],
      [1, 'synced'],
    ]);
  });
});
