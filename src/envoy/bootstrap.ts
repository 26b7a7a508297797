import { clusterNames } from '../contract.ts';
import { adminCluster, healthListener } from './bootstrap-health.ts';
import { overloadManager, type ResourceLimits } from './bootstrap-overload.ts';
import { processorChecks } from './bootstrap-processor-checks.ts';
import { type ClientTls, tlsSocket } from './bootstrap-tls.ts';

/** Where something listens: a TCP port, or a unix socket. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export { healthPaths } from './bootstrap-health.ts';
export { secretFiles } from './bootstrap-tls.ts';
export type { ClientTls };

export interface BootstrapOptions {
  /** Absent: given on the command line (`--service-node`), where one bootstrap is for several pods. */
  readonly nodeId?: string;
  /** Name of the gateway whose resources this Envoy is to get. */
  readonly gateway: string;
  /**
   * On loopback, always: the admin page can stop Envoy and shows its configuration. 0 takes a free port. A pod has
   * 127.0.0.1 whatever the addresses of its cluster are.
   */
  readonly adminPort: number;
  readonly xds: { readonly address: SocketAddress; readonly tls?: ClientTls };
  /** One or several processor processes beside this Envoy. */
  readonly processors: readonly SocketAddress[];
  readonly limits?: Partial<ResourceLimits>;
  /** Address of a listener for whoever watches over this Envoy from outside: probes and metrics. */
  readonly health?: { readonly host: string; readonly port: number };
}

/** A bootstrap with the field names of the Envoy API, ready for `JSON.stringify`: JSON is YAML, which Envoy reads. */
export type Bootstrap = Readonly<Record<string, unknown>>;

/** The little that an Envoy must be told before it can be told the rest. */
export function bootstrap(options: BootstrapOptions): Bootstrap {
  return {
    node: {
      ...(options.nodeId !== undefined && { id: options.nodeId }),
      cluster: 'sluice',
      metadata: { gateway: options.gateway },
    },
    admin: { address: socketAddress({ host: '127.0.0.1', port: options.adminPort }) },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: clusterNames.xds } }],
      },
      cds_config: overAds,
      lds_config: overAds,
    },
    static_resources: {
      clusters: [
        xdsCluster(options),
        processorCluster(options),
        ...(options.health === undefined ? [] : [adminCluster(options.adminPort)]),
      ],
      ...(options.health && { listeners: [healthListener(options.health)] }),
    },
    layered_runtime: {
      layers: [
        {
          name: 'sluice',
          static_layer: {
            // By default Envoy resets every processor stream at its end. HTTP/2 servers take a thousand resets for an
            // attack and close the connection, with every other request on it.
            'envoy.reloadable_features.ext_proc_graceful_grpc_close': true,
            // When the connection to the processor holds more than it can send, Envoy 1.40 tells every filter with a
            // stream on it to slow down, and dies of a null pointer where that is an upstream filter whose response is
            // watched: a few large prompts of other requests are enough. Off, it buffers instead; bodies are bounded.
            'envoy.reloadable_features.grpc_side_stream_flow_control': false,
            // By default Envoy refuses the whole route table for a pattern of more than 100 steps, such as `a{1,50}`.
            // How large patterns may be is checked where they are written.
            're2.max_program_size.error_level': 4_294_967_295,
          },
        },
      ],
    },
    overload_manager: overloadManager(options.limits ?? {}),
    grpc_async_client_manager_config: { max_cached_entry_idle_duration: keptClients },
    // Every tag is an expression run over the name of every statistic; these two are those that anybody groups by.
    stats_config: {
      use_all_default_tags: false,
      stats_tags: [{ tag_name: 'envoy.cluster_name' }, { tag_name: 'envoy.response_code_class' }],
    },
  };
}

/**
 * A thread of Envoy gives up its client of the processor when no stream has begun on it for so long, by default 50 s, even
 * while others run. Where a response that is read on its way is then broken off, because the caller leaves or the provider
 * falls silent, its stream is left to be closed later, as above, by a client that is gone, and Envoy 1.40 dies. There are
 * but a few clients, one for each way in which the processor is called.
 */
const keptClients = `${7 * 24 * 3_600}s`;

const overAds = {
  ads: {},
  resource_api_version: 'V3',
  // Without configuration there is nothing to serve: rather not ready than ready and empty.
  initial_fetch_timeout: '0s',
};

const httpProtocolOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const http2 = {
  '@type': `type.googleapis.com/${httpProtocolOptions}`,
  explicit_http_config: { http2_protocol_options: {} },
};

/**
 * A processor that has just died must cost nothing but the requests it held. With Envoy's default back-off those that
 * meet the dead socket wait for most of a second, and round robin alone would now and then choose it again and again.
 * It stands with the cluster, where Envoy reads it once, and not with the filters, where it would for every stream.
 */
const siblingRetry = {
  num_retries: 3,
  retry_on: 'connect-failure,refused-stream,reset-before-request,unavailable,reset',
  retry_back_off: { base_interval: '0.001s', max_interval: '0.050s' },
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
      },
    },
  ],
  host_selection_retry_max_attempts: 5,
};

function xdsCluster({ xds }: BootstrapOptions): Bootstrap {
  return {
    name: clusterNames.xds,
    type: 'path' in xds.address ? 'STATIC' : 'STRICT_DNS',
    connect_timeout: '2s',
    // The stream is silent for hours, and a control plane that vanished must be noticed nevertheless.
    typed_extension_protocol_options: {
      [httpProtocolOptions]: {
        '@type': `type.googleapis.com/${httpProtocolOptions}`,
        explicit_http_config: {
          http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '10s' } },
        },
      },
    },
    load_assignment: assignment(clusterNames.xds, [xds.address]),
    ...(xds.tls && { transport_socket: tlsSocket(xds.tls) }),
  };
}

function processorCluster({ processors }: BootstrapOptions): Bootstrap {
  const unlimited = 1_000_000;
  return {
    name: clusterNames.processor,
    type: 'STATIC',
    connect_timeout: '1s',
    lb_policy: 'ROUND_ROBIN',
    circuit_breakers: {
      thresholds: [
        {
          max_connections: unlimited,
          max_pending_requests: unlimited,
          max_requests: unlimited,
          max_retries: unlimited,
        },
      ],
    },
    // No outlier detection: the retries of the processor filters go to a sibling at once, and an ejection lasts on when
    // the one has come back. When the one dies that is left meanwhile, all requests fail until the ejection is over.
    typed_extension_protocol_options: {
      [httpProtocolOptions]: { ...http2, retry_policy: siblingRetry },
    },
    ...processorChecks,
    load_assignment: assignment(clusterNames.processor, processors),
  };
}

function assignment(cluster: string, addresses: readonly SocketAddress[]): Bootstrap {
  return {
    cluster_name: cluster,
    endpoints: [{ lb_endpoints: addresses.map((address) => ({ endpoint: { address: socketAddress(address) } })) }],
  };
}

function socketAddress(address: SocketAddress): Bootstrap {
  return 'path' in address
    ? { pipe: { path: address.path } }
    : { socket_address: { address: address.host, port_value: address.port } };
}
