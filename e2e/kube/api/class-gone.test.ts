import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Condition } from '../../../src/controller/conditions/condition.ts';
import { scriptedXdsClient } from '../../feature/support/xds-client.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type ControllerProcess, startControllerProcess } from '../../support/kube-api/controller.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';
import { freePort } from '../../support/ports.ts';

/*
 * Somebody deletes the GatewayClass of Gateways that are served. No pod may end of it, and no status may go on saying
 * that all is well.
 */

patience();
const cleanup = cleanupsAfterEach();
let server: KubeApiServer;
let namespace = '';
let count = 0;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.apply('{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}');
  await server.apply(
    '{apiVersion: v1, kind: Secret, metadata: {name: sluice-older-versions, namespace: sluice-system}}',
  );
});

afterAll(() => server?.close());

const classOf = (controllerName: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: ${controllerName} }
`;
const ours = classOf('sluice.dev/gateway-controller');
const policy = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: egress }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: 10080, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: nobodys }
spec: { gatewayClassName: never-there, listeners: [{ name: http, port: 10080, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: egress }], rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { port: 80 } }] }] }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: { name: chat }
spec: { parentRefs: [{ name: egress }], rules: [{ backendRefs: [{ name: not-there }] }] }
`;

async function startOn(xdsPort: number): Promise<ControllerProcess> {
  const controller = await startControllerProcess({ kubeconfig: server.kubeconfig, xdsPort });
  await until('it answers', async () => (await controller.page('/readyz')) !== undefined, { seen: controller.log });
  return controller;
}

/** A namespace of its own: nobody here removes what a Gateway owned. A GatewayClass keeps its controller for good. */
async function begin(): Promise<void> {
  namespace = `space-${++count}`;
  await server.kubectl('delete', 'gatewayclasses', '--all');
  await server.kubectl('create', 'namespace', namespace);
  await server.apply(ours);
  await server.apply(policy.replaceAll('metadata: { ', `metadata: { namespace: ${namespace}, `));
}

const kubectl = (...args: readonly string[]): Promise<string> => server.kubectl('--namespace', namespace, ...args);

/** A pod, as far as the controller knows of one. */
function pod(xdsPort: number): { close(): void } {
  const clients = ['sluice-processor', 'envoy'].map((userAgentName) => {
    const node = {
      id: `pod-${userAgentName}`,
      cluster: 'sluice',
      userAgentName,
      metadata: { gateway: `${namespace}/egress` },
    };
    return scriptedXdsClient('delta', { port: xdsPort, acks: true, node });
  });
  clients[0]?.ask('programProvider', ['*']);
  clients[1]?.ask('cluster', ['*']);
  clients[1]?.ask('listener', ['*']);
  const close = (): void => {
    for (const client of clients) client.close();
  };
  cleanup(close);
  return { close };
}

async function statusOf(
  object: string,
): Promise<{ conditions?: Condition[]; listeners?: { conditions: Condition[] }[] }> {
  return JSON.parse(await kubectl('get', object, '-o', 'json')).status ?? {};
}

const told = (conditions: readonly Condition[] = []) =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));

async function untilTold(
  object: string,
  expected: Readonly<Record<string, string>>,
  seen: () => unknown,
): Promise<void> {
  let said: Readonly<Record<string, string>> = {};
  const isTold = async (): Promise<boolean> => {
    said = told((await statusOf(object)).conditions);
    return Object.entries(expected).every(([type, value]) => said[type] === value);
  };
  await until(`${object} says ${JSON.stringify(expected)}`, isTold, { seen: () => [said, seen()] });
}

const good = { Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs' };
const waiting = { Accepted: 'Unknown Pending', Programmed: 'Unknown Pending' };
const deployment = () => kubectl('get', 'deployment/egress', '--ignore-not-found', '-o', 'jsonpath={.metadata.uid}');

it('says of Gateways whose class is gone that nobody serves them, lets their pods run, and takes it back', async () => {
  await begin();
  const xdsPort = await freePort();
  let controller = await startOn(xdsPort);
  cleanup(() => controller.stop());
  const log = () => controller.log();
  pod(xdsPort);
  await untilTold('gateway/egress', { ...good, Programmed: 'True Programmed' }, log);
  const made = await deployment();
  expect(made).not.toBe('');
  const untouched = await statusOf('gateway/nobodys');

  await server.kubectl('delete', 'gatewayclass/sluice-egress');
  await untilTold('gateway/egress', waiting, log);
  const { conditions = [], listeners = [] } = await statusOf('gateway/egress');
  expect(conditions.map(({ type }) => type).sort()).toEqual(['Accepted', 'Programmed']);
  expect(conditions.find(({ type }) => type === 'Accepted')?.message).toMatch(
    /^GatewayClass "sluice-egress" does not exist, .* Make the class again/,
  );
  expect(listeners.map((listener) => told(listener.conditions))).toEqual([waiting]);
  await untilTold('aigatewayroute/chat', waiting, log);
  await until('the route says nothing of it', async () => {
    const { parents = [] } = JSON.parse(await kubectl('get', 'httproute/web', '-o', 'json')).status ?? {};
    return parents.length === 0;
  });
  expect(await statusOf('gateway/nobodys')).toEqual(untouched);
  expect(await deployment()).toBe(made);

  // Whose it was is known from what was made for it, not from what somebody remembers.
  const said = await statusOf('gateway/egress');
  await controller.stop();
  controller = await startOn(xdsPort);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect([await statusOf('gateway/egress'), await deployment()]).toEqual([said, made]);

  await server.apply(ours);
  await untilTold('gateway/egress', good, log);
  // A pod that was turned away meanwhile comes again.
  pod(xdsPort);
  await untilTold('gateway/egress', { ...good, Programmed: 'True Programmed' }, log);
  expect(await deployment()).toBe(made);
});

it('leaves Gateways to another controller that has the name of the class by then', async () => {
  await begin();
  const controller = await startOn(await freePort());
  cleanup(() => controller.stop());
  await until('pods are made', async () => (await deployment()) !== '', { seen: controller.log });
  await server.kubectl('delete', 'gatewayclass/sluice-egress');
  await untilTold('gateway/egress', waiting, controller.log);
  await server.apply(classOf('example.com/another'));
  await until('what was made goes', async () => (await deployment()) === '', { seen: controller.log });
  const theirs = [
    {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: 'Ours now.',
      lastTransitionTime: '2026-12-01T00:00:00Z',
    },
  ];
  const patch = JSON.stringify({ status: { conditions: theirs } });
  await kubectl('patch', 'gateway/egress', '--subresource=status', '--type=merge', '-p', patch);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect((await statusOf('gateway/egress')).conditions).toEqual(theirs);
});

it('says it as well where the kind itself is gone', async () => {
  await begin();
  const controller = await startOn(await freePort());
  cleanup(() => controller.stop());
  await until('pods are made', async () => (await deployment()) !== '', { seen: controller.log });
  try {
    await server.kubectl('delete', 'crd', 'gatewayclasses.gateway.networking.k8s.io');
    await untilTold('gateway/egress', waiting, controller.log);
    expect(await deployment()).not.toBe('');
  } finally {
    await serveEveryKind(server);
  }
});
