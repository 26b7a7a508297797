import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../support/certificates.ts';
import { openCluster } from '../../support/kube-cluster.ts';
import { bringSluice } from '../../support/kube-sluice.ts';
import { openStage, type Stage } from '../../support/kube-stage.ts';
import { until } from '../../support/until.ts';

/** A Gateway of one's own, with a listener for TLS. */
const cluster = openCluster();
const host = 'tls.example.com';
const authority = createAuthority('before');
const [first, second] = [authority.issue(host), authority.issue(host)];
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'tls');
}, 300_000);

afterAll(() => stage?.close());

const gateway = `
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: { name: edge }
spec:
  replicas: 1
  shutdown: { min: 1s, max: 10s }
  envoy: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
  processor: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: sluice-egress
  infrastructure: { parametersRef: { group: sluice.dev, kind: GatewayParameters, name: edge } }
  listeners:
    - { name: plain, port: 10080, protocol: HTTP }
    - { name: secure, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: edge }] } }
`;

const secret = (certificate: string, privateKey: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'edge' },
    type: 'Opaque',
    stringData: { 'tls.crt': certificate, 'tls.key': privateKey },
  });

interface SeenGateway {
  readonly status?: {
    readonly listeners?: readonly {
      readonly name: string;
      readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
    }[];
  };
}

/** `ResolvedRefs` of a listener, as `status reason`. */
async function resolved(listener: string): Promise<string> {
  const { status } = JSON.parse(await stage.kubectl('get', 'gateway', 'edge', '--output', 'json')) as SeenGateway;
  const conditions = status?.listeners?.find(({ name }) => name === listener)?.conditions;
  const found = conditions?.find(({ type }) => type === 'ResolvedRefs');
  return `${found?.status} ${found?.reason}`;
}

describe('a listener for TLS', { timeout: 240_000 }, () => {
  it('says of its own Secret what is wrong with it, while the other listener serves', async () => {
    await stage.kubectl('delete', 'secret', 'edge', '--ignore-not-found');
    await stage.apply(gateway);
    const says = (text: string): Promise<void> =>
      until(`the listener says ${text}`, async () => (await resolved('secure')) === text, { limitMs: 60_000 });
    await says('False InvalidCertificateRef');
    expect(await resolved('plain')).toBe('True ResolvedRefs');
    await stage.apply(secret(first.certificate, second.privateKey));
    await says('False InvalidCertificateRef');
    await stage.apply(secret(first.certificate, first.privateKey));
    await says('True ResolvedRefs');
    await stage.kubectl('wait', 'gateway/edge', '--for=condition=Programmed', '--timeout=50s');
  });
});
