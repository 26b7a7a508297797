import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { Resource } from '../../../src/xds/snapshot/resource.ts';
import { type EnvoyProcess, startEnvoy } from '../../support/envoy-process.ts';
import { resourcesOver, type Transport, xdsBootstrap } from './xds-envoy.ts';
import { type ControlPlane, startControlPlane } from './xds-plane.ts';
import { type Relay, startRelay } from './xds-relay.ts';

/** A real Envoy that is told over a transport, a relay in between, and a backend that says what reached it. */
export interface TestGateway {
  readonly make: ReturnType<typeof resourcesOver>;
  readonly backend: Backend;
  readonly plane: ControlPlane;
  readonly relay: Relay;
  readonly envoy: EnvoyProcess;
  /** `/` of listener `l` goes to cluster `a`, with the credential `first`; `/direct` says `one`. */
  base(): readonly Resource[];
  /** Asks through listener `l`: status and body. */
  ask(path: string): Promise<string>;
  restartEnvoy(): Promise<void>;
  stop(): Promise<void>;
}

export async function startGateway(transport: Transport): Promise<TestGateway> {
  const make = resourcesOver(transport);
  const backend = await startBackend('backend');
  const plane = await startControlPlane();
  const relay = await startRelay(plane.port);
  const base = () => [
    make.listener('l', 't'),
    make.route('t', 'one', 'a'),
    make.cluster('a', { secret: 'key' }),
    make.endpoint('a', backend.port),
    make.secret('key', 'first'),
  ];
  const start = () => startEnvoy(xdsBootstrap(transport, relay.port));
  plane.publish(base());
  let envoy = await start();
  let ask = await askerOf(envoy, 'l');
  return {
    make,
    backend,
    plane,
    relay,
    get envoy() {
      return envoy;
    },
    base,
    ask: (path) => ask(path),
    async restartEnvoy() {
      await envoy.stop();
      envoy = await start();
      ask = await askerOf(envoy, 'l');
    },
    async stop() {
      await envoy.stop();
      await relay.close();
      await plane.close();
      await backend.close();
    },
  };
}

export interface Backend {
  readonly port: number;
  close(): Promise<void>;
}

export async function startBackend(name: string): Promise<Backend> {
  const server = createServer((request, response) => {
    response.end(`${name} says ${request.headers.authorization ?? 'nothing'}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ListenerStatus {
  readonly name: string;
  readonly local_address: { readonly socket_address: { readonly port_value: number } };
}

async function listenersOf(envoy: EnvoyProcess): Promise<readonly ListenerStatus[]> {
  const page: unknown = JSON.parse(await envoy.admin('/listeners?format=json'));
  return (page as { readonly listener_statuses?: readonly ListenerStatus[] }).listener_statuses ?? [];
}

export async function listenerNames(envoy: EnvoyProcess): Promise<string> {
  return (await listenersOf(envoy))
    .map(({ name }) => name)
    .sort()
    .join(' ');
}

export async function askerOf(envoy: EnvoyProcess, listener: string): Promise<(path: string) => Promise<string>> {
  const found = (await listenersOf(envoy)).find(({ name }) => name === listener);
  if (found === undefined) throw new Error(`There is no listener ${listener}.`);
  const url = `http://127.0.0.1:${found.local_address.socket_address.port_value}`;
  return async (path) => {
    const response = await fetch(url + path);
    return `${response.status} ${await response.text()}`;
  };
}

/** One request after the other, until it is stopped; gives back how often it got which answer. */
export function startLoad(ask: (path: string) => Promise<string>) {
  const answers = new Map<string, number>();
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const answer = await ask('/');
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  })();
  return {
    async stop(): Promise<ReadonlyMap<string, number>> {
      isOver = true;
      await running;
      return answers;
    },
  };
}

export async function expectSoon<Value>(look: () => Value | Promise<Value>, expected: Value): Promise<void> {
  await expect.poll(look, { timeout: 8_000, interval: 10 }).toEqual(expected);
}
