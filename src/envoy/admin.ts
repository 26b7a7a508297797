import { err, ok, type Result } from '../lib/result.ts';

/** How Envoy stands with one type of resource. */
export interface ResourceVersions {
  /** By resource name, as Envoy has accepted it. */
  readonly versions: ReadonlyMap<string, string>;
  /** By resource name, why Envoy refused the newest one. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface ClusterStatus {
  readonly name: string;
  readonly hosts: readonly { readonly address: string; readonly isHealthy: boolean }[];
}

/** What Sluice asks of an Envoy's admin page. Nothing in it can print a secret: dumps are read for names and versions. */
export interface AdminClient {
  isReady(): Promise<boolean>;
  version(): Promise<Result<string>>;
  resources(): Promise<Result<ReadonlyMap<DumpedType, ResourceVersions>>>;
  clusters(): Promise<Result<readonly ClusterStatus[]>>;
  /** Counters and gauges whose name matches. */
  stats(filter: RegExp): Promise<Result<ReadonlyMap<string, number>>>;
  /** Requests of callers that run now. */
  activeRequests(): Promise<Result<number>>;
  /** Makes the health path answer 503, so that load balancers send no more. */
  failHealthChecks(): Promise<Result<void>>;
  /** Takes that back. */
  passHealthChecks(): Promise<Result<void>>;
  /** Closes connections as soon as their requests have ended. */
  drainListeners(): Promise<Result<void>>;
}

export type DumpedType = 'listener' | 'route' | 'cluster' | 'secret';

const timeoutMs = 5_000;

export function createAdminClient(port: number): AdminClient {
  const ask = async (path: string, method: 'GET' | 'POST' = 'GET'): Promise<Result<string>> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      return response.ok ? ok(text) : err(`Envoy's admin page answered ${response.status} to ${path}.`);
    } catch {
      return err(`Envoy's admin page on port ${port} cannot be reached.`);
    }
  };
  const askJson = async (path: string): Promise<Result<unknown>> => {
    const text = await ask(path);
    if (!text.ok) return text;
    try {
      return ok(JSON.parse(text.value));
    } catch {
      return err(`Envoy's admin page answered ${path} with something that is not JSON.`);
    }
  };
  const stats = async (filter: RegExp): Promise<Result<ReadonlyMap<string, number>>> => {
    const page = await ask(`/stats?filter=${encodeURIComponent(filter.source)}`);
    return page.ok ? ok(parseStats(page.value)) : page;
  };
  const post = async (path: string): Promise<Result<void>> => {
    const answer = await ask(path, 'POST');
    return answer.ok ? ok(undefined) : answer;
  };

  return {
    isReady: async () => (await ask('/ready')).ok,
    version: async () => {
      const info = await askJson('/server_info');
      if (!info.ok) return info;
      const version = field(info.value, 'version');
      return typeof version === 'string' ? ok(version) : err('Envoy does not tell its version.');
    },
    resources: async () => {
      const dump = await askJson('/config_dump');
      return dump.ok ? ok(parseDump(dump.value)) : dump;
    },
    clusters: async () => {
      const page = await askJson('/clusters?format=json');
      return page.ok ? ok(parseClusters(page.value)) : page;
    },
    stats,
    activeRequests: async () => {
      const found = await stats(/^http\.gateway\.downstream_rq_active$/);
      return found.ok ? ok([...found.value.values()].reduce((sum, value) => sum + value, 0)) : found;
    },
    failHealthChecks: () => post('/healthcheck/fail'),
    passHealthChecks: () => post('/healthcheck/ok'),
    drainListeners: () => post('/drain_listeners?graceful&skip_exit'),
  };
}

/** Lines `name: number`; histograms have another form and are left out. */
export function parseStats(page: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of page.split('\n')) {
    const match = /^(.+): (\d+)$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], Number(match[2]));
  }
  return found;
}

/** Where each type stands in the dump: the list, and the field of an entry that holds the resource. */
const places: readonly (readonly [DumpedType, list: string, resource: string])[] = [
  ['listener', 'dynamic_listeners', 'listener'],
  ['route', 'dynamic_route_configs', 'route_config'],
  ['cluster', 'dynamic_active_clusters', 'cluster'],
  ['cluster', 'dynamic_warming_clusters', 'cluster'],
  ['secret', 'dynamic_active_secrets', 'secret'],
  ['secret', 'dynamic_warming_secrets', 'secret'],
];

export function parseDump(dump: unknown): Map<DumpedType, ResourceVersions> {
  const versions = new Map<DumpedType, Map<string, string>>();
  const refused = new Map<DumpedType, Map<string, string>>();
  for (const section of list(dump, 'configs')) {
    for (const [type, entries, resource] of places) {
      for (const entry of list(section, entries)) {
        // A listener hides its version one level deeper, in the state that is active.
        const state = field(entry, 'active_state') ?? entry;
        const name = text(entry, 'name') ?? text(field(state, resource), 'name');
        if (name === undefined) continue;
        const version = text(state, 'version_info');
        if (version !== undefined) insert(versions, type, name, version);
        const details = text(field(entry, 'error_state'), 'details');
        if (details !== undefined) insert(refused, type, name, details);
      }
    }
  }
  const types = new Set([...versions.keys(), ...refused.keys()]);
  return new Map(
    [...types].map((type) => [
      type,
      { versions: versions.get(type) ?? new Map(), refused: refused.get(type) ?? new Map() },
    ]),
  );
}

function parseClusters(page: unknown): ClusterStatus[] {
  return list(page, 'cluster_statuses').map((cluster) => ({
    name: text(cluster, 'name') ?? '',
    hosts: list(cluster, 'host_statuses').map((host) => {
      const socket = field(field(host, 'address'), 'socket_address');
      const pipe = text(field(field(host, 'address'), 'pipe'), 'path');
      const health = field(host, 'health_status');
      return {
        address: pipe ?? `${text(socket, 'address') ?? ''}:${String(field(socket, 'port_value') ?? '')}`,
        isHealthy:
          field(health, 'failed_outlier_check') !== true &&
          field(health, 'failed_active_health_check') !== true &&
          text(health, 'eds_health_status') !== 'UNHEALTHY',
      };
    }),
  }));
}

function insert(into: Map<DumpedType, Map<string, string>>, type: DumpedType, name: string, value: string): void {
  const ofType = into.get(type) ?? new Map<string, string>();
  ofType.set(name, value);
  into.set(type, ofType);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}
