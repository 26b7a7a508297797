import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Any, AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { Cluster_DiscoveryType, ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import type { RouteActionSchema } from '../../gen/envoy/config/route/v3/route_components_pb.js';
import { RouteConfigurationSchema } from '../../gen/envoy/config/route/v3/route_pb.js';
import { CredentialInjectorSchema } from '../../gen/envoy/extensions/filters/http/credential_injector/v3/credential_injector_pb.js';
import { ExternalProcessorSchema } from '../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { GenericSchema } from '../../gen/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.js';
import { PriorityGroupClusterSpecifierSchema } from '../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { UpstreamTlsContextSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { HttpProtocolOptionsSchema } from '../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { ProviderSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { checkConsistency } from './consistency.ts';
import type { Resource } from './resource.ts';
import { snapshotOf } from './snapshot.ts';
import { type TypeName, typeUrls } from './type-url.ts';
import { contentVersion } from './version.ts';

function encode<Desc extends DescMessage>(schema: Desc, name: string, init: MessageInitShape<Desc>): Resource {
  const body = toBinary(schema, create(schema, init));
  const typeUrl = `type.googleapis.com/${schema.typeName}`;
  return { typeUrl, name, version: contentVersion(body), body, origins: ['Provider/p'] };
}

const plain = (type: TypeName, name: string): Resource => ({
  typeUrl: typeUrls[type],
  name,
  version: '1',
  body: new Uint8Array(),
  origins: [],
});

const cluster = (name: string, init: MessageInitShape<typeof ClusterSchema> = {}) =>
  encode(ClusterSchema, name, { name, ...init });
const eds = (name: string, serviceName = '') =>
  cluster(name, {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { serviceName },
  });

function packed<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Any {
  return anyPack(schema, create(schema, init));
}

type RouteInit = MessageInitShape<typeof RouteActionSchema>;

const routes = (route: RouteInit): Resource =>
  encode(RouteConfigurationSchema, 'table', {
    name: 'table',
    virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ action: { case: 'route', value: route } }] }],
  });

type ManagerInit = Exclude<MessageInitShape<typeof HttpConnectionManagerSchema>, HttpConnectionManager>;

const chain = (init: ManagerInit) => ({
  filters: [
    {
      name: 'hcm',
      configType: { case: 'typedConfig', value: packed(HttpConnectionManagerSchema, init) } as const,
    },
  ],
});
const listener = (init: ManagerInit): Resource =>
  encode(ListenerSchema, 'front', { name: 'front', filterChains: [chain(init)] });

const fromAds = { configSourceSpecifier: { case: 'ads', value: {} } } as const;
const grpcTo = (clusterName: string) => ({ targetSpecifier: { case: 'envoyGrpc', value: { clusterName } } }) as const;
const filter = (name: string, typedConfig: Any) =>
  ({ name, configType: { case: 'typedConfig', value: typedConfig } }) as const;

/** An `Any` of a type that is not generated: strings at a path of field numbers. */
function handMade(typeName: string, write: (writer: BinaryWriter) => BinaryWriter): Any {
  return create(AnySchema, { typeUrl: `type.googleapis.com/${typeName}`, value: write(new BinaryWriter()).finish() });
}

const upstreamFilters = (filters: ReturnType<typeof filter>[]) => ({
  typedExtensionProtocolOptions: {
    http: packed(HttpProtocolOptionsSchema, {
      upstreamProtocolOptions: {
        case: 'explicitHttpConfig',
        value: { protocolConfig: { case: 'httpProtocolOptions', value: {} } },
      },
      httpFilters: filters,
    }),
  },
});

const cases: readonly (readonly [what: string, resources: readonly Resource[], faults: readonly string[]])[] = [
  ['nothing', [], []],
  ['an EDS cluster without assignment', [eds('a')], ['cluster "a" → endpoint a']],
  ['an EDS cluster with its assignment', [eds('a'), plain('endpoint', 'a')], []],
  ['an EDS cluster by service name', [eds('a', 'svc'), plain('endpoint', 'svc')], []],
  ['an assignment without cluster', [plain('endpoint', 'a')], ['endpoint assignment "a" is orphaned']],
  ['a cluster of another type', [cluster('a')], []],
  [
    'a listener without its routes',
    [listener({ routeSpecifier: { case: 'rds', value: { routeConfigName: 't', configSource: fromAds } } })],
    ['listener "front" → route t'],
  ],
  [
    'a default filter chain without its routes',
    [
      encode(ListenerSchema, 'front', {
        defaultFilterChain: chain({ routeSpecifier: { case: 'rds', value: { routeConfigName: 't' } } }),
      }),
    ],
    ['listener "front" → route t'],
  ],
  [
    'scopes in a listener',
    [
      listener({
        routeSpecifier: {
          case: 'scopedRoutes',
          value: {
            configSpecifier: {
              case: 'scopedRouteConfigurationsList',
              value: { scopedRouteConfigurations: [{ name: 's', routeConfigurationName: 't' }] },
            },
          },
        },
      }),
    ],
    ['listener "front" → route t'],
  ],
  [
    'routes inside a listener',
    [
      listener({
        routeSpecifier: {
          case: 'routeConfig',
          value: {
            virtualHosts: [
              {
                routes: [{ action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'c' } } } }],
              },
            ],
          },
        },
      }),
    ],
    ['listener "front" → cluster c'],
  ],
  [
    'a route to a cluster',
    [routes({ clusterSpecifier: { case: 'cluster', value: 'c' } })],
    ['route configuration "table" → cluster c'],
  ],
  [
    'weighted clusters',
    [
      routes({ clusterSpecifier: { case: 'weightedClusters', value: { clusters: [{ name: 'c' }, { name: 'd' }] } } }),
      cluster('c'),
    ],
    ['route configuration "table" → cluster d'],
  ],
  ['a mirror', [routes({ requestMirrorPolicies: [{ cluster: 'm' }] })], ['route configuration "table" → cluster m']],
  ['a route to a cluster of the bootstrap', [routes({ clusterSpecifier: { case: 'cluster', value: 'local' } })], []],
  [
    'an inline priority group',
    [
      routes({
        clusterSpecifier: {
          case: 'inlineClusterSpecifierPlugin',
          value: {
            extension: {
              name: 'p',
              typedConfig: packed(PriorityGroupClusterSpecifierSchema, {
                priorityGroups: [{ name: 'g', clusters: [{ clusterName: 'p1' }, { clusterName: 'p2' }] }],
              }),
            },
          },
        },
      }),
      cluster('p1'),
    ],
    ['route configuration "table" → cluster p2'],
  ],
  [
    'an external processor',
    [
      listener({
        httpFilters: [filter('p', packed(ExternalProcessorSchema, { grpcService: grpcTo('processor') }))],
      }),
    ],
    ['listener "front" → cluster processor'],
  ],
  [
    'an external processor as upstream filter',
    [cluster('a', upstreamFilters([filter('p', packed(ExternalProcessorSchema, { grpcService: grpcTo('x') }))]))],
    ['cluster "a" → cluster x'],
  ],
  [
    'a credential of an upstream filter',
    [
      cluster(
        'a',
        upstreamFilters([
          filter(
            'credential',
            packed(CredentialInjectorSchema, {
              credential: {
                name: 'generic',
                typedConfig: packed(GenericSchema, { credential: { name: 'key', sdsConfig: fromAds } }),
              },
            }),
          ),
        ]),
      ),
    ],
    ['cluster "a" → secret key'],
  ],
  [
    'a TLS secret',
    [
      cluster('a', {
        transportSocket: {
          name: 'tls',
          configType: {
            case: 'typedConfig',
            value: packed(UpstreamTlsContextSchema, {
              commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'cert', sdsConfig: fromAds }] },
            }),
          },
        },
      }),
    ],
    ['cluster "a" → secret cert'],
  ],
  [
    'a TLS secret of the bootstrap',
    [
      cluster('a', {
        transportSocket: {
          name: 'tls',
          configType: {
            case: 'typedConfig',
            value: packed(UpstreamTlsContextSchema, {
              commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'static' }] },
            }),
          },
        },
      }),
    ],
    [],
  ],
  [
    'a filter by extension discovery',
    [
      listener({
        httpFilters: [
          { name: 'waf', configType: { case: 'configDiscovery', value: { configSource: fromAds, typeUrls: ['x'] } } },
        ],
      }),
    ],
    ['listener "front" → extensionConfig waf'],
  ],
  [
    'members of an aggregate cluster',
    [
      cluster('a', {
        clusterDiscoveryType: {
          case: 'clusterType',
          value: {
            name: 'envoy.clusters.aggregate',
            typedConfig: handMade('envoy.extensions.clusters.aggregate.v3.ClusterConfig', (writer) =>
              writer.tag(1, 2).string('m1').tag(1, 2).string('m2'),
            ),
          },
        },
      }),
      cluster('m1'),
    ],
    ['cluster "a" → cluster m2'],
  ],
  [
    'members of a composite cluster',
    [
      cluster('a', {
        clusterDiscoveryType: {
          case: 'clusterType',
          value: {
            name: 'envoy.clusters.composite',
            typedConfig: handMade('envoy.extensions.clusters.composite.v3.ClusterConfig', (writer) =>
              writer.tag(1, 2).fork().tag(1, 2).string('m1').join(),
            ),
          },
        },
      }),
    ],
    ['cluster "a" → cluster m1'],
  ],
  [
    'a provider of the program',
    [encode(ProviderSchema, 'openai', { name: 'openai', cluster: 'provider-openai' })],
    ['program provider "openai" → cluster provider-openai'],
  ],
];

describe('checkConsistency()', () => {
  it.each(cases)('finds what is wrong with %s', (_what, resources, faults) => {
    const problems = checkConsistency(snapshotOf(resources), new Set(['local']));
    const shown = problems.map(({ kind, message, reference }) =>
      kind === 'orphaned'
        ? message.replace('belongs to no cluster', 'is orphaned')
        : `${message.split(' names ')[0]} → ${reference?.type} ${reference?.name}`,
    );
    expect(shown).toEqual(faults);
  });

  it('tells all problems, and the documents behind them', () => {
    const problems = checkConsistency(snapshotOf([eds('a'), eds('b')]), new Set());
    expect(problems.map(({ name, origins }) => [name, origins])).toEqual([
      ['a', ['Provider/p']],
      ['b', ['Provider/p']],
    ]);
    expect(problems[0]?.message).toBe('cluster "a" names the endpoint assignment "a", which does not exist');
  });

  it('reads an unchanged resource once', () => {
    const unreadable = eds('a');
    const snapshot = snapshotOf([unreadable, plain('endpoint', 'a')]);
    expect(checkConsistency(snapshot, new Set())).toEqual([]);
    // Were it read again, it would now fail.
    unreadable.body.fill(0xff);
    expect(checkConsistency(snapshot, new Set())).toEqual([]);
  });
});
