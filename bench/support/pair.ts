import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { type EnvoyProcess, startEnvoy } from '../../e2e/support/envoy-process.ts';
import { freePort, startGateway } from '../../e2e/support/gateway.ts';
import { cpuSeconds } from './cpu.ts';

export const callerKey = 'sk-sluice-bench-key-0123456789';

/** Something to send requests to, whose CPU can be read. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  cpuSeconds(): number;
}

export interface Pair {
  /** The same Envoy with one route and nothing of ours: what carrying the bytes costs. */
  readonly alone: Subject;
  readonly gateway: Subject;
  stop(): Promise<void>;
}

/**
 * An Envoy by itself and a complete gateway in front of the same providers. Both are pinned to the first core and this
 * process, with load and providers, to the second, so that they do not take CPU from each other.
 */
export async function startPair(upstreamPorts: readonly number[], retryStatus?: number): Promise<Pair> {
  const alonePort = await freePort();
  const alone = await startEnvoy(envoyAlone(alonePort, upstreamPorts, retryStatus));
  const gateway = await startGateway({
    policy: { 'policy.yaml': policy(upstreamPorts) },
    env: { BENCH_KEY: callerKey, PROVIDER_KEY: 'provider-secret' },
  });
  const processors = gateway.processors.map((processor) => processor.pid);
  pin([alone.pid, gateway.envoy.pid, ...processors], 0);
  pin([process.pid], 1);
  return {
    alone: { name: 'Envoy alone', port: alonePort, cpuSeconds: () => cpuSeconds([alone.pid]) },
    gateway: {
      name: 'Sluice',
      port: gateway.port,
      cpuSeconds: () => cpuSeconds([gateway.envoy.pid, ...processors]),
    },
    async stop() {
      await gateway.stop();
      await (alone as EnvoyProcess).stop();
    },
  };
}

/** Keeps processes on one core, so that they do not take CPU from those on the other. */
export function pin(pids: readonly number[], core: number): void {
  if (availableParallelism() < 2) return;
  for (const pid of pids) execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

/** One provider per port, tried in this order. */
function policy(ports: readonly number[]): string {
  const providers = ports.map(
    (port, index) => `apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: p${index}}
spec: {schema: openai, endpoint: "http://127.0.0.1:${port}/v1", network: private, credential: {apiKey: {env: PROVIDER_KEY}}}`,
  );
  const targets = ports.map((_, index) => `{provider: p${index}, model: upstream-${index}, priority: ${index}}`);
  return [
    ...providers,
    `apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: bench}
spec: {targets: [${targets.join(', ')}], retry: {coolDown: {failures: 0}}}`,
    `apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: bench}
spec: {secretRef: {env: BENCH_KEY}}`,
  ].join('\n---\n');
}

const type = (name: string): string => `type.googleapis.com/envoy.${name}`;

/** No access log, no processor, no header work. With a status to retry on, a static chain over the providers. */
function envoyAlone(port: number, upstreamPorts: readonly number[], retryStatus: number | undefined) {
  const route =
    retryStatus === undefined
      ? { cluster: 'p0', timeout: '0s' }
      : {
          timeout: '0s',
          inline_cluster_specifier_plugin: {
            extension: {
              name: 'envoy.router.cluster_specifier_plugin.priority_group',
              typed_config: {
                '@type': type('extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier'),
                priority_groups: upstreamPorts.map((_, index) => ({
                  name: `g${index}`,
                  clusters: [{ cluster_name: `p${index}`, weight: 1 }],
                })),
              },
            },
          },
          retry_policy: {
            retry_on: 'retriable-status-codes',
            retriable_status_codes: [retryStatus],
            num_retries: upstreamPorts.length - 1,
            retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' },
            refresh_cluster_on_retry: true,
          },
        };
  const unlimited = {
    max_connections: 100_000,
    max_pending_requests: 100_000,
    max_requests: 100_000,
    max_retries: 1000,
  };
  return {
    node: { id: 'alone', cluster: 'bench' },
    static_resources: {
      listeners: [
        {
          name: 'alone',
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'hcm',
                  typed_config: {
                    '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
                    stat_prefix: 'alone',
                    use_remote_address: true,
                    route_config: {
                      name: 'r',
                      virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }],
                    },
                    http_filters: [
                      {
                        name: 'router',
                        typed_config: { '@type': type('extensions.filters.http.router.v3.Router') },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: upstreamPorts.map((upstream, index) => ({
        name: `p${index}`,
        type: 'STATIC',
        circuit_breakers: { thresholds: [unlimited] },
        load_assignment: {
          cluster_name: `p${index}`,
          endpoints: [
            {
              lb_endpoints: [
                { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: upstream } } } },
              ],
            },
          ],
        },
      })),
    },
  };
}
