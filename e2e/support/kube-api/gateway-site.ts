import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { type Practice, startPractice } from '../../../src/practice/start.ts';
import { freePort } from '../ports.ts';
import { type KubeApiServer, startApiServer } from './api-server.ts';
import { type ControllerProcess, type ControllerProcessOptions, startControllerProcess } from './controller.ts';
import { type Egress, startEgress } from './egress.ts';
import { until } from './patience.ts';
import { serveEveryKind } from './served-kinds.ts';

/**
 * An API server with the Gateway `test`, and a Backend `backend` that answers. What serves them, a test starts when it
 * has applied what it needs.
 */
export interface GatewaySite {
  readonly server: KubeApiServer;
  /** Who answers behind the Backend. */
  readonly practice: Practice;
  /** Of the only listener. */
  readonly port: number;
  /** For what controllers remember; empty. */
  readonly folder: string;
  /** Resolves when it is ready. */
  startController(options?: Omit<ControllerProcessOptions, 'kubeconfig'>): Promise<ControllerProcess>;
  /** The pod of the Gateway. `args`: further ones for its Envoy. */
  startEgress(controller: Pick<ControllerProcess, 'xdsPort'>, args?: readonly string[]): Promise<Egress>;
  /** Ends all that was started here, whether a test has stopped it or not. */
  close(): Promise<void>;
}

/** Whoever starts it closes it. */
export async function startGatewaySite(): Promise<GatewaySite> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of cleanups.splice(0).reverse()) await end();
  };
  try {
    const server = await startApiServer();
    cleanups.push(server.close);
    await serveEveryKind(server);
    const practice = await startPractice({});
    cleanups.push(practice.close);
    const folder = await mkdtemp(join(tmpdir(), 'sluice-state-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const port = await freePort();
    await server.apply(frame(port, practice.port));
    return {
      server,
      practice,
      port,
      folder,
      async startController(options = {}) {
        const controller = await startControllerProcess({ kubeconfig: server.kubeconfig, ...options });
        cleanups.push(controller.stop);
        const isReady = async (): Promise<boolean> => (await controller.page('/readyz')) !== undefined;
        await until('the controller is ready', isReady, { seen: controller.log });
        return controller;
      },
      async startEgress({ xdsPort }, args) {
        const egress = await startEgress(xdsPort, args);
        cleanups.push(egress.stop);
        return egress;
      },
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

export const olderVersions = 'sluice-older-versions';

/** Where replicas tell each other of versions that serve on, as the chart makes it. */
export const emptyOlderVersions = `{apiVersion: v1, kind: Secret, metadata: {name: ${olderVersions}, namespace: sluice-system}}`;

/** An ApiKey for whoever sends this key. */
export const callerWith = (key: string): string => `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: { name: caller, namespace: default }
spec: { hash: "sha256:${sha256Hex(key)}" }
`;

const frame = (port: number, answeringPort: number): string => `
apiVersion: v1
kind: Namespace
metadata: { name: sluice-system }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: sluice.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: test, namespace: default }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: ${port}, protocol: HTTP }] }
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: backend, namespace: default }
spec: { endpoints: [{ ip: { address: 127.0.0.1, port: ${answeringPort} } }] }
`;
