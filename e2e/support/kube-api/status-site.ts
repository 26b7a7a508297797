import type { Outcome, WatchedObject } from '../../../src/controller/conditions/outcome.ts';
import { createStatusReporter, type StatusReporter } from '../../../src/controller/conditions/reporter.ts';
import { objectId } from '../../../src/controller/object-id.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { type Reflector, startReflector } from '../../../src/kube/reflector.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { type Kind, kinds } from '../../../src/policy/kinds.ts';
import { type KubeApiServer, startApiServer } from './api-server.ts';
import { until } from './patience.ts';
import { watchedClient } from './proxy.ts';
import { serveEveryKind } from './served-kinds.ts';

type Cleanup = (close: () => unknown) => void;

/** An API server that knows every kind, and what is written to it through one client. */
export interface StatusSite {
  readonly server: KubeApiServer;
  readonly client: KubeClient;
  /** The objects of these kinds as a source follows them, and a reporter of their status. `judged` as for `judge`. */
  stage(cleanup: Cleanup, names: readonly Kind[], judged?: Partial<Outcome>): Promise<StatusStage>;
  /** Calls that wrote a status. */
  writes(): readonly string[];
  forgetWrites(): void;
  /** Until nothing has been written for a while. */
  quiet(): Promise<void>;
  objectOf(resource: string, name: string): Promise<KubeObject>;
  close(): Promise<void>;
}

export interface StatusStage {
  readonly reporter: StatusReporter;
  readonly objects: () => WatchedObject[];
  /** What is judged besides the objects; everything is well unless a test says otherwise. */
  judge(change: Partial<Outcome>): void;
  lead(isLeader: boolean): void;
}

export const controllerName = 'sluice.dev/gateway-controller';

/** A class of ours and its Gateway `egress`. */
export const egressGateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: ${controllerName} }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: egress }
spec:
  gatewayClassName: sluice-egress
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`;

export const openai = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: openai }
spec: { schema: openai, credential: { none: {} } }
`;

export async function startStatusSite(): Promise<StatusSite> {
  const server = await startApiServer();
  await serveEveryKind(server);
  const watched = await watchedClient(server);
  const writes = () => watched.calls.filter((call) => call.startsWith('PATCH ') && call.endsWith('/status'));
  return {
    server,
    client: watched.client,
    stage: (cleanup, names, judged = {}) => startStage(watched.client, cleanup, names, judged),
    writes,
    forgetWrites: () => void watched.calls.splice(0),
    async quiet() {
      let seen = -1;
      while (seen !== writes().length) {
        seen = writes().length;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    },
    objectOf: async (resource, name) => JSON.parse(await server.kubectl('get', resource, name, '-o', 'json')),
    async close() {
      await watched.close();
      await server.close();
    },
  };
}

/** These objects, and nothing that is wrong with them. */
export function goodOutcome(objects: readonly WatchedObject[]): Outcome {
  return {
    controllerName,
    objects,
    generations: new Map(
      objects.map((each) => [objectId(each.kind, each.object), each.object.metadata.generation ?? 1]),
    ),
    problems: [],
    isStale: () => false,
    olderGeneration: () => undefined,
    attachments: [],
    nacks: new Map(),
    isPublished: true,
    silent: [],
    reach: new Map([['egress', { envoys: 2, processors: 2, missing: [] }]]),
    provisioned: new Map([
      ['egress', { readyPods: 2, addresses: [{ type: 'IPAddress' as const, value: '10.96.0.20' }] }],
    ]),
    gatewayApiVersion: 'v1.6.3',
  };
}

async function startStage(
  client: KubeClient,
  cleanup: Cleanup,
  names: readonly Kind[],
  judged: Partial<Outcome>,
): Promise<StatusStage> {
  let change = judged;
  let isLeader = true;
  const reflectors: { kind: Kind; reflector: Reflector }[] = [];
  const resourceOf = (kind: Kind) => {
    const { group, versions, plural } = kinds[kind];
    return { group, version: versions[0], plural };
  };
  const objects = (): WatchedObject[] =>
    reflectors.flatMap(({ kind, reflector }) =>
      [...reflector.objects.values()].map((object) => ({ kind, resource: resourceOf(kind), object })),
    );
  const reporter = createStatusReporter({
    client,
    log: createLogger({ name: 'test', level: 'silent' }),
    isLeader: () => isLeader,
    quietMs: 20,
    // The default of 50 in a second would make this a test of patience.
    perSecond: 1_000,
    outcome: () => ({ ...goodOutcome(objects()), ...change }),
  });
  cleanup(() => reporter.close());
  for (const kind of names) {
    const reflector = startReflector({
      client,
      place: resourceOf(kind),
      onChanges: reporter.changed,
      onError: () => undefined,
    });
    cleanup(() => reflector.close());
    reflectors.push({ kind, reflector });
  }
  await until('all kinds are known', () => reflectors.every(({ reflector }) => reflector.hasSynced()));
  return {
    reporter,
    objects,
    judge(next) {
      change = { ...change, ...next };
      reporter.changed();
    },
    lead(next) {
      isLeader = next;
      reporter.changed();
    },
  };
}
