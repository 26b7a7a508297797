import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { goldenCases } from '../../../../e2e/support/golden.ts';
import { type AddressFamilies, ipv4Only } from '../../../lib/address-families.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import type { ProvisionedGateway } from '../gateway.ts';
import type { ProvisionSettings } from '../settings.ts';
import { render } from './render.ts';

const settings: ProvisionSettings = {
  controllerName: 'sluice.dev/gateway-controller',
  images: {
    envoy: { registry: 'registry.example.com', repository: 'sluice/envoy', tag: '1.40.0' },
    processor: { registry: 'registry.example.com', repository: 'sluice/processor', tag: '0.1.0' },
  },
  pullSecrets: ['regcred'],
  families: ipv4Only,
  xds: {
    host: 'controller.sluice-system.svc',
    port: 18_000,
    tls: { serverName: 'controller.sluice-system.svc' },
  },
};

function gatewayOf(documents: readonly PolicyDocument[]): ProvisionedGateway {
  const gateway = documents.find((document) => document.kind === 'Gateway');
  if (gateway === undefined) throw new Error('there is no Gateway in it');
  const { namespace, name, spec } = gateway;
  return { namespace, name, uid: '7f0c8d1e-0000-4000-8000-000000000001', spec };
}

/** `class` names the parameters of the class; the Gateway names its own. */
function parametersOf(
  documents: readonly PolicyDocument[],
  name: string | undefined,
): GatewayParametersSpec | undefined {
  const found = documents.find((document) => document.kind === 'GatewayParameters' && document.name === name);
  return found?.kind === 'GatewayParameters' ? found.spec : undefined;
}

function rendered(text: string, with_: Partial<ProvisionSettings> = {}) {
  const { documents, problems } = parseDocuments(text, 'input.yaml', '.');
  expect(problems).toEqual([]);
  const gateway = gatewayOf(documents);
  const ofClass = parametersOf(documents, 'class');
  const own = parametersOf(documents, gateway.spec.infrastructure.parametersRef?.name);
  return render({
    gateway,
    ...(ofClass && { classParameters: ofClass }),
    ...(own && { gatewayParameters: own }),
    settings: { ...settings, ...with_ },
  });
}

describe('what is made for a Gateway', () => {
  goldenCases(join(import.meta.dirname, 'testdata'), '.in.yaml', '.out.yaml', (input) => {
    const objects = rendered(input);
    if (!objects.ok) return `error: ${objects.error}\n`;
    return objects.value
      .map(({ object }) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n');
  });
});

const minimal = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: team-a}
spec: {gatewayClassName: sluice-egress, listeners: [{name: http, port: 8080, protocol: HTTP}]}
`;

/** Parameters of the class with an overlay over the containers of the Deployment. */
const withContainers = (containers: string): string =>
  minimal.concat(`---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: class, namespace: team-a}
spec: {overlays: {deployment: {spec: {template: {spec: {containers: ${containers}}}}}}}
`);

describe('render()', () => {
  const podOf = (text: string, with_: Partial<ProvisionSettings> = {}) => {
    const objects = rendered(text, with_);
    if (!objects.ok) throw new Error(objects.error);
    const deployment = objects.value.find(({ kind }) => kind === 'Deployment')?.object;
    return (deployment as { spec: { template: { metadata: { annotations: object }; spec: object } } }).spec.template;
  };

  it('pulls images when the controller says, unless parameters say', () => {
    const always = { ...settings.images.envoy, pullPolicy: 'Always' } as const;
    const images = { ...settings.images, envoy: always };
    const policies = (text: string) =>
      (podOf(text, { images }).spec as { containers: { imagePullPolicy: string }[] }).containers.map(
        ({ imagePullPolicy }) => imagePullPolicy,
      );
    const own = `---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: class, namespace: team-a}
spec: {images: {envoy: {pullPolicy: Never}}}
`;
    expect(policies(minimal)).toEqual(['Always', 'IfNotPresent']);
    expect(policies(minimal + own)).toEqual(['Never', 'IfNotPresent']);
  });

  it('needs no certificates where the control plane speaks plain text', () => {
    const objects = rendered(minimal, { xds: { host: 'controller', port: 18_000 } });
    expect(JSON.stringify(objects)).not.toMatch(/xds-certificates|tls|--xds-ca/);
  });

  it.each<[AddressFamilies, string]>([
    [{ ipv4: true, ipv6: false }, '0.0.0.0'],
    [{ ipv4: true, ipv6: true }, '::'],
    [{ ipv4: false, ipv6: true }, '::'],
  ])('answers probes on every address that pods of a cluster with %o have', (families, address) => {
    const objects = rendered(minimal, { families });
    if (!objects.ok) throw new Error(objects.error);
    const files = objects.value.find(({ kind }) => kind === 'ConfigMap')?.object.data as { 'bootstrap.json': string };
    const { static_resources: resources, admin } = JSON.parse(files['bootstrap.json']);
    const socket = resources.listeners[0].address.socket_address;
    expect([socket.address, socket.ipv4_compat]).toEqual([address, address === '::' ? true : undefined]);
    // Loopback is there in every pod, and never leaves it.
    expect(admin.address.socket_address.address).toBe('127.0.0.1');
    const text = JSON.stringify(objects.value);
    expect(text).toContain(address === '::' ? '"--admin","[::]:18002"' : '"--admin","0.0.0.0:18002"');
  });

  it('uses the Secret that was supplied', () => {
    const tls = { serverName: 'controller', secretName: 'supplied' };
    const pod = podOf(minimal, { xds: { ...settings.xds, tls } });
    expect(JSON.stringify(pod)).toContain('{"secretName":"supplied","defaultMode":288}');
  });

  it('starts pods anew when the bootstrap changes, and for no listener', () => {
    const more = minimal.replace('}]}', '}, {name: other, port: 8081, protocol: HTTP}]}');
    expect(podOf(more)).toEqual(podOf(minimal));
    const other = podOf(minimal, { xds: { ...settings.xds, host: 'elsewhere' } });
    expect(other.metadata.annotations).not.toEqual(podOf(minimal).metadata.annotations);
  });

  const first = (parameters: GatewayParametersSpec) => {
    const { documents } = parseDocuments(minimal, 'input.yaml', '.');
    const objects = render({ gateway: gatewayOf(documents), gatewayParameters: parameters, settings });
    if (!objects.ok) throw new Error(objects.error);
    return Object.fromEntries(
      objects.value.flatMap(({ kind, firstReplicas }) => (firstReplicas === undefined ? [] : [[kind, firstReplicas]])),
    );
  };

  it('begins with as many pods as the autoscaler keeps at least, and only where it keeps their number', () => {
    expect(first({ overlays: {} } as GatewayParametersSpec)).toEqual({ Deployment: 2 });
    expect(first({ autoscaling: { min: 4 } } as GatewayParametersSpec)).toEqual({ Deployment: 4 });
    expect(first({ replicas: 3 } as GatewayParametersSpec)).toEqual({});
    expect(first({ overlays: { deployment: { spec: { replicas: 5 } } } } as unknown as GatewayParametersSpec)).toEqual(
      {},
    );
  });

  it.each([
    [1, 18_101, undefined],
    [2, 18_101, 'Port 18101 is that of probes of the processor in every pod; use another one.'],
    [1, 18_002, 'Port 18002 is that of probes of the processor in every pod; use another one.'],
    [1, 19_000, 'Port 19000 is that of the admin page of Envoy in every pod; use another one.'],
  ])('with %i processors, says of port %i that it is %s', (workers, port, error) => {
    const objects = rendered(
      minimal.replace('8080', String(port)).concat(`---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: class, namespace: team-a}
spec: {processor: {workers: ${workers}}}
`),
    );
    expect(objects.ok ? undefined : objects.error).toBe(error);
  });

  it.each([
    ['[{name: envoy, $patch: delete}]', 'envoy'],
    ['[{$patch: replace}, {name: processor, image: other}]', 'envoy'],
    ['[{name: processor, $patch: delete}]', 'processor'],
  ])('makes no pods without a container that serves: %s', (containers, lost) => {
    const objects = rendered(withContainers(containers));
    expect(objects.ok ? undefined : objects.error).toBe(
      `overlays.deployment of its GatewayParameters leaves out the container "${lost}", without which pods serve nothing; patch it instead.`,
    );
  });

  it('takes one container more from an overlay', () => {
    const objects = rendered(withContainers('[{name: agent, image: agent}]'));
    expect(objects.ok && JSON.stringify(objects.value)).toContain('"name":"agent"');
  });

  it('opens no port of a pod for two ports of the Gateway', () => {
    const objects = rendered(
      minimal.replace('8080', '10080').replace('}]}', '}, {name: b, port: 80, protocol: HTTP}]}'),
    );
    expect(objects).toEqual({
      ok: false,
      error: 'Port 10080 is that of listeners on port 80 in every pod; use another one.',
    });
  });
});
