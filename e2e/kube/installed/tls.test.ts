import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createAuthority } from '../../support/certificates.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { type PodLoad, startPodLoad } from '../../support/kube-installed/pod-load.ts';
import { bringSluice, rollout } from '../../support/kube-installed/sluice.ts';
import { openStage, type Stage } from '../../support/kube-installed/stage.ts';
import { until } from '../../support/until.ts';

/** A Gateway of one's own, with a listener for TLS. */
const cluster = openCluster();
const host = 'tls.example.com';
const authority = createAuthority('before');
const [first, second] = [authority.issue(host), authority.issue(host)];
const callers = createAuthority('callers');
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

/** Who may call: those that show a certificate of that authority. */
const clientPolicy = `
apiVersion: v1
kind: ConfigMap
metadata: { name: callers }
data: { ca.crt: ${JSON.stringify(callers.certificate)} }
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: { name: edge }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }]
  tls: { clientValidation: { caCertificateRefs: [{ group: '', kind: ConfigMap, name: callers }] } }
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

  it('rotates its certificate without a failed request, and lets in who shows one of the right authority', async () => {
    await stage.apply(gateway, secret(first.certificate, first.privateKey), clientPolicy);
    await stage.kubectl('wait', 'gateway/edge', '--for=condition=Programmed', '--timeout=50s');
    await rollout(cluster, stage.namespace, 'deployment/edge');
    const shows = async (load: PodLoad, { certificate }: Certificate): Promise<boolean> =>
      (await load.log()).includes(new X509Certificate(certificate).fingerprint256);
    await until('a caller without a certificate is refused', async () => (await callBriefly()) === 'refused', {
      limitMs: 60_000,
    });
    const known = callers.issue();
    await until('one with a certificate is let in', async () => (await callBriefly(known)) === 'let in', {
      limitMs: 60_000,
    });
    expect(await callBriefly(createAuthority('others').issue())).toBe('refused');

    const load = await startPodLoad(cluster, 'load', { ...call(known), clients: 2, pauseMs: 20 }, 'tls-load');
    await until('the first certificate is shown', () => shows(load, first), { limitMs: 30_000 });
    await stage.apply(secret(second.certificate, second.privateKey));
    await until('the second certificate is shown', () => shows(load, second), { limitMs: 30_000 });
    const { count, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(10);
  });
});

/** Every request on a connection of its own. */
function call(shown?: Certificate): Readonly<Record<string, unknown>> {
  return {
    url: `https://edge.${stage.namespace}/v1/models`,
    headers: { authorization: `Bearer ${stage.secret}`, host },
    isFresh: true,
    tls: {
      servername: host,
      ca: authority.certificate,
      ...(shown && { cert: shown.certificate, key: shown.privateKey }),
    },
  };
}

async function callBriefly(shown?: Certificate): Promise<'let in' | 'refused' | 'both'> {
  const load = await startPodLoad(cluster, 'load', { ...call(shown), clients: 1, pauseMs: 50 }, 'tls-call');
  const { count, failed } = await load.stop();
  if (count === 0) throw new Error('nothing was asked');
  return failed === 0 ? 'let in' : failed === count ? 'refused' : 'both';
}
