import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { listenHost } from '../../lib/listen-host.ts';
import { keepUnchanged } from '../snapshot/difference.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { type AdmissionRules, mayAsk } from './admission.ts';
import type { ClientState, SentResponse, XdsEvent } from './client.ts';
import { addClientStatusService } from './client-status.ts';
import { type ConnectionAge, connectionAge, defaultMaxConnectionAgeMs } from './connection-age.ts';
import type { RefusedHandshake } from './handshake.ts';
import { addHealthService } from './health.ts';
import { type DeltaCall, discoveryMethods, type SotwCall, serviceDefinition } from './services.ts';
import { createSession, type Session, type SessionHost } from './session.ts';
import { type TlsPort, tlsPort, type XdsServerTls } from './tls.ts';

export type { XdsServerTls };

export interface XdsServerOptions extends AdmissionRules {
  readonly tls?: XdsServerTls;
  /** Age at which connections are asked to move on, so that replicas share them evenly. Six hours. */
  readonly maxConnectionAgeMs?: number;
  /** Called for everybody who wanted to connect and could not, for metrics and the log. */
  readonly onRefusedHandshake?: (refused: RefusedHandshake) => void;
  /** Called for every response, for metrics. */
  readonly onSent?: (response: SentResponse) => void;
  /** Milliseconds since the epoch. Default: by a clock that nobody sets back, since waiting goes by it as well. */
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface Settlement {
  readonly isComplete: boolean;
  /** Ids of the nodes that did not answer in time. */
  readonly missing: readonly string[];
}

export interface XdsServer {
  /** Sets the desired state of a group. Its clients are told at once; those that come before there is one wait. */
  publish(group: string, snapshot: Snapshot): void;
  /** A group has no desired state any more. Its clients keep what they have until they leave. */
  withdraw(group: string): void;
  /** Resolves when every client of the group has answered the present content of these types, or after the limit. */
  settled(group: string, typeUrls: readonly string[], limitMs: number): Promise<Settlement>;
  /** Whether every client of the group has answered the present content of these types. */
  isSettled(group: string, typeUrls: readonly string[]): boolean;
  /** Whether some client of the group has this version of a resource in force now. */
  isAccepted(group: string, resource: Pick<Resource, 'typeUrl' | 'name' | 'version'>): boolean;
  clients(): readonly ClientState[];
  onEvent(listener: (event: XdsEvent) => void): void;
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>;
  /** Ends all streams, so that clients go elsewhere, and then the server. */
  close(graceMs: number): Promise<void>;
  /** New connections see these certificates. */
  reloadTls(tls: XdsServerTls): void;
}

// Thousands of clusters in one response are far beyond the 4 MiB that gRPC allows by default.
const messageLimit = 64 * 1024 * 1024;

const grpcOptions = {
  'grpc.max_receive_message_length': messageLimit,
  'grpc.max_send_message_length': messageLimit,
  // A peer that is gone without a word must be noticed; Envoy itself sends pings every 30 s.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // Without it a second server on a taken port would silently get half of the connections.
  'grpc.so_reuseport': 0,
};

export function createXdsServer(options: XdsServerOptions): XdsServer {
  const now = options.now ?? (() => performance.timeOrigin + performance.now());
  const snapshots = new Map<string, Snapshot>();
  let hasPublished = false;
  const sessions = new Set<Session>();
  const listeners: ((event: XdsEvent) => void)[] = [];
  const waiters = new Set<() => void>();
  const age = (): ConnectionAge =>
    connectionAge(options.maxConnectionAgeMs ?? defaultMaxConnectionAgeMs, options.random ?? Math.random);
  const grpc = new Server({
    ...grpcOptions,
    'grpc.max_connection_age_ms': age().connectionMs,
    'grpc.max_connection_age_grace_ms': age().graceMs,
  });
  const tls = options.tls === undefined ? undefined : tlsInFrontOf(grpc, options.tls, options);
  let isClosing = false;

  const host: SessionHost = {
    rules: options,
    streamAgeMs: () => age().streamMs,
    desired: (group) => snapshots.get(group),
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    sent: (response) => options.onSent?.(response),
    changed: () => {
      for (const check of [...waiters]) check();
    },
    now,
  };

  for (const method of discoveryMethods) {
    grpc.addService(serviceDefinition(method), {
      [method.method]: (call: SotwCall | DeltaCall) => {
        const session = createSession(call, method, host, () => sessions.delete(session));
        sessions.add(session);
      },
    });
  }
  const health = addHealthService(grpc, () => hasPublished && !isClosing);
  addClientStatusService(grpc, (peer) => clients().filter(({ group }) => mayAsk(options, peer, group).ok));

  function clients(): ClientState[] {
    return [...sessions].map((session) => session.state()).filter((state) => state !== undefined);
  }

  const ofGroup = (group: string): Session[] => [...sessions].filter((session) => session.group === group);
  const isSettled = (group: string, types: readonly string[]): boolean =>
    ofGroup(group).every((session) => session.isSettled(types));

  return {
    publish(group, snapshot) {
      const before = snapshots.get(group);
      snapshots.set(group, before === undefined ? snapshot : keepUnchanged(before, snapshot));
      hasPublished = true;
      health.changed();
      for (const session of ofGroup(group)) session.advance();
      host.changed();
    },
    withdraw(group) {
      snapshots.delete(group);
      host.changed();
    },
    isSettled,
    settled(group, types, limitMs) {
      return new Promise((resolve) => {
        const check = (): void => {
          if (isSettled(group, types)) finish([]);
        };
        const finish = (missing: readonly string[]): void => {
          clearTimeout(timer);
          waiters.delete(check);
          resolve({ isComplete: missing.length === 0, missing });
        };
        const timer = setTimeout(() => {
          const late = ofGroup(group).filter((session) => !session.isSettled(types));
          finish(late.map((session) => session.state()?.node.id ?? 'unknown'));
        }, limitMs);
        waiters.add(check);
        check();
      });
    },
    isAccepted: (group, { typeUrl, name, version }) =>
      ofGroup(group).some((session) => session.acceptedVersion(typeUrl, name) === version),
    clients,
    onEvent: (listener) => {
      listeners.push(listener);
    },
    async listen({ host: asked, port }) {
      const name = await listenHost(asked);
      if (tls !== undefined) return tls.listen({ host: name, port });
      return new Promise((resolve, reject) => {
        grpc.bindAsync(
          `${name.includes(':') ? `[${name}]` : name}:${port}`,
          ServerCredentials.createInsecure(),
          (error, bound) => {
            if (error === null) resolve({ port: bound });
            else reject(error);
          },
        );
      });
    },
    close(graceMs) {
      isClosing = true;
      health.close();
      tls?.close();
      for (const session of [...sessions]) session.end(status.UNAVAILABLE, 'The control plane is shutting down.');
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          grpc.forceShutdown();
          resolve();
        }, graceMs);
        grpc.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    reloadTls(next) {
      if (tls === undefined) throw new Error('The port was opened without TLS.');
      tls.reload(next);
    },
  };
}

/** To grpc-js its connections are in the clear. It still finds the certificates of clients, for TLS can be seen of a socket. */
function tlsInFrontOf(grpc: Server, tls: XdsServerTls, { onRefusedHandshake }: XdsServerOptions): TlsPort {
  const { injectConnection } = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  return tlsPort(tls, { onConnection: injectConnection, onRefused: (refused) => onRefusedHandshake?.(refused) });
}

const shortNames = new Map(Object.entries(typeUrls).map(([name, url]) => [url as string, name]));

/** The name under which a type appears in logs, metrics and status. */
export function shortTypeName(typeUrl: string): string {
  return shortNames.get(typeUrl) ?? typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}
