/** What an Envoy may use before it refuses more, instead of being killed with everything it holds. */
export interface ResourceLimits {
  /** Connections of callers, all ports together. */
  readonly connections: number;
  /** Size of the heap. Prompts are kept whole until their request is over, so this bounds how many at a time. */
  readonly heapBytes: number;
}

const defaultLimits: ResourceLimits = { connections: 20_000, heapBytes: 2 * 1024 ** 3 };

/** Envoy's overload manager: frees what can be freed first, then refuses requests, then connections. */
export function overloadManager(limits: Partial<ResourceLimits>): Readonly<Record<string, unknown>> {
  const { connections, heapBytes } = { ...defaultLimits, ...limits };
  return {
    refresh_interval: '0.25s',
    resource_monitors: [
      {
        name: heapMonitor,
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig',
          max_heap_size_bytes: heapBytes,
        },
      },
      {
        name: 'envoy.resource_monitors.global_downstream_max_connections',
        typed_config: {
          '@type':
            'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          max_active_downstream_connections: connections,
        },
      },
    ],
    actions: [
      action('envoy.overload_actions.shrink_heap', 0.85),
      action('envoy.overload_actions.disable_http_keepalive', 0.9),
      action('envoy.overload_actions.stop_accepting_requests', 0.95),
      action('envoy.overload_actions.stop_accepting_connections', 0.98),
    ],
  };
}

const heapMonitor = 'envoy.resource_monitors.fixed_heap';

function action(name: string, threshold: number) {
  return { name, triggers: [{ name: heapMonitor, threshold: { value: threshold } }] };
}
