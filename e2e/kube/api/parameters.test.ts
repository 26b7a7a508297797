import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type ControllerProcess, startControllerProcess } from '../../support/kube-api/controller.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

patience();
let server: KubeApiServer;
let controller: ControllerProcess;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.kubectl('create', 'namespace', 'sluice-system');
  controller = await startControllerProcess({ kubeconfig: server.kubeconfig });
});

afterAll(async () => {
  await controller?.stop();
  await server?.close();
});

const gatewayClass = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: sluice-egress}
spec:
  controllerName: sluice.dev/gateway-controller
  parametersRef: {group: sluice.dev, kind: GatewayParameters, name: of-class, namespace: default}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: one}
spec:
  gatewayClassName: sluice-egress
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: two}
spec:
  gatewayClassName: sluice-egress
  infrastructure: {parametersRef: {group: sluice.dev, kind: GatewayParameters, name: own}}
  listeners: [{name: http, port: 80, protocol: HTTP}]
`;

const parameters = (name: string, policy: string): string => `
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: ${name}}
spec: {overlays: {deployment: {spec: {template: {spec: {dnsPolicy: ${policy}}}}}}}
`;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

async function conditionOf(name: string, type = 'Accepted'): Promise<Condition | undefined> {
  const [kind] = name.split('/');
  const { metadata, status } = JSON.parse(await server.kubectl('get', name, '--output', 'json'));
  const found = (status?.conditions as Condition[] | undefined)?.find((each) => each.type === type);
  return found?.observedGeneration === metadata.generation || kind === 'gateway' ? found : undefined;
}

describe('parameters that the API server does not take', () => {
  it('say so themselves, and for which Gateways, until they are right', async () => {
    const seen = { seen: controller.log };
    await server.apply(`${gatewayClass}---${parameters('of-class', 'Nobody')}---${parameters('own', 'Default')}`);
    const isRefused = async (name: string) => (await conditionOf(name))?.reason === 'Refused';
    await until('the parameters of the class are refused', () => isRefused('gatewayparameters/of-class'), seen);
    expect((await conditionOf('gatewayparameters/of-class'))?.message).toMatch(
      /^What is made of it for Gateway one is refused: Deployment default\/one: Invalid \(422\): .*dnsPolicy/,
    );
    // What the Gateway says itself wins over its class.
    expect(await conditionOf('gatewayparameters/own')).toMatchObject({ status: 'True' });
    expect((await conditionOf('gateway/one', 'Programmed'))?.message).toMatch(
      /dnsPolicy.* — see GatewayParameters\/of-class\.$/,
    );

    await server.apply(`${parameters('of-class', 'ClusterFirst')}---${parameters('own', 'Somebody')}`);
    await until('those of the Gateway are refused', () => isRefused('gatewayparameters/own'), seen);
    await until(
      'those of the class are right',
      async () => (await conditionOf('gatewayparameters/of-class'))?.status === 'True',
    );
    expect((await conditionOf('gatewayparameters/own'))?.message).toMatch(/ for Gateway two is refused: .*dnsPolicy/);

    await server.apply(parameters('own', 'Default'));
    await until('all is well', async () => (await conditionOf('gatewayparameters/own'))?.status === 'True', seen);
  });
});

describe('parameters of Envoy Gateway', () => {
  it('stop nothing: pods are made without them, and a warning says so', async () => {
    await server.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: migrated}
spec: {controllerName: sluice.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: migrated}
spec:
  gatewayClassName: migrated
  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: migrated}}
  listeners: [{name: http, port: 80, protocol: HTTP}]
`);
    const deployment = () => server.kubectl('get', 'deployment/migrated', '--ignore-not-found', '--output', 'name');
    await until('it has a Deployment', async () => (await deployment()) !== '', { seen: controller.log });
    await until('it is told', async () => (await conditionOf('gateway/migrated', 'Warning')) !== undefined);
    expect((await conditionOf('gateway/migrated', 'Warning'))?.message).toMatch(
      /EnvoyProxy "migrated".* no effect here/,
    );
    expect(await conditionOf('gateway/migrated')).toMatchObject({ status: 'True' });
  });
});

describe('the address that a Gateway asks for', () => {
  const asking = (name: string, address: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}}
spec:
  gatewayClassName: plain
  addresses: [{${address}}]
  listeners: [{name: http, port: 80, protocol: HTTP}]
`;
  const isSaid = async (name: string, type: string, reason: string): Promise<boolean> =>
    (await conditionOf(`gateway/${name}`, type))?.reason === reason;

  beforeAll(async () => {
    await server.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: plain}
spec: {controllerName: sluice.dev/gateway-controller}
`);
  });

  it.each([
    ['out-of-range', '203.0.113.9', 'does not match the current range'],
    ['taken', '10.96.0.1', 'already allocated'],
  ])('is not usable where it is %s, until another is written', async (name, value, cause) => {
    const seen = { seen: controller.log };
    await server.apply(asking(name, `value: ${value}`));
    await until('it is told', () => isSaid(name, 'Programmed', 'AddressNotUsable'), seen);
    const message = (await conditionOf(`gateway/${name}`, 'Programmed'))?.message;
    expect(message).toMatch(new RegExp(`^spec\\.addresses\\[0\\]\\.value ${value} cannot be had: .*${cause}`));
    expect(await conditionOf(`gateway/${name}`)).toMatchObject({ status: 'True' });
    await server.apply(asking(name, 'type: IPAddress'));
    await until('nothing is wrong with it', () => isSaid(name, 'Programmed', 'Pending'), seen);
  });

  it('is not usable where the Service has had another one from the beginning', async () => {
    const seen = { seen: controller.log };
    await server.apply(asking('moving', 'value: 10.96.0.77'));
    const addresses = () => server.kubectl('get', 'gateway/moving', '--output', 'jsonpath={.status.addresses}');
    await until('it has it', async () => (await addresses()).includes('10.96.0.77'), seen);
    await server.apply(asking('moving', 'value: 10.96.0.78'));
    await until('it is told', () => isSaid('moving', 'Programmed', 'AddressNotUsable'), seen);
    expect((await conditionOf('gateway/moving', 'Programmed'))?.message).toContain('may not change once set');
    expect(await addresses()).toContain('10.96.0.77');
  });

  it('is of a type that is not supported where it is a name', async () => {
    await server.apply(asking('named', 'type: Hostname, value: egress.example.com'));
    await until('it is told', () => isSaid('named', 'Accepted', 'UnsupportedAddress'), { seen: controller.log });
    expect(await conditionOf('gateway/named', 'Programmed')).toMatchObject({ status: 'False', reason: 'Invalid' });
  });
});
