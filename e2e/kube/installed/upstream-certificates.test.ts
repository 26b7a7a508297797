import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../../support/caller.ts';
import { type Authority, type Certificate, createAuthority } from '../../support/certificates.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { conditionOf } from '../../support/kube-installed/condition.ts';
import { startPodLoad } from '../../support/kube-installed/pod-load.ts';
import { type PodProgram, startPodProgram } from '../../support/kube-installed/pod-program.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice, dataplane } from '../../support/kube-installed/sluice.ts';
import { forwardEgress, openStage, outside, type Stage } from '../../support/kube-installed/stage.ts';
import { model, provider } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

/** A provider that wants to see a certificate of ours, in the words of both vocabularies. */
const cluster = openCluster();
const host = `mutual-provider.${outside}.svc`;
const ofProvider = [createAuthority('provider before'), createAuthority('provider after')] as const;
const ofCallers = createAuthority('callers of the provider');
const vocabularies = ['own', 'foreign'] as const;
type Vocabulary = (typeof vocabularies)[number];
const patience = { limitMs: 60_000 };
let stage: Stage;
let upstream: PodProgram<{ readonly refused: number }>;
let egress: PortForward;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'upstream');
  const certificates = ofProvider.map((authority) => authority.issue(host));
  upstream = await startPodProgram(cluster, 'mutual-provider', { callers: ofCallers.certificate, certificates });
  await cluster.apply(`
apiVersion: v1
kind: Service
metadata: { name: mutual-provider, namespace: ${outside} }
spec: { selector: { app: mutual-provider }, ports: [{ port: 443, targetPort: 8443 }] }
`);
  egress = await forwardEgress(cluster);
}, 300_000);

afterAll(async () => {
  await egress?.stop();
  await upstream?.stop();
  await stage?.close();
  await cluster.kubectl(['--namespace', outside, 'delete', 'service', 'mutual-provider', '--ignore-not-found']);
});

const shownBy = (vocabulary: Vocabulary): string => `shown-by-${vocabulary}`;
const modelOf = (vocabulary: Vocabulary): string => `mutual-${vocabulary}`;
const speaking = { own: 'provider/mutual', foreign: 'backend/mutual' };

const ofSecret = (name: string, key: string) => ({ secretKeyRef: { name, key } });
const own = [
  provider('mutual', `https://${host}/v1`, {
    tls: {
      ca: ofSecret('authorities', 'ca.crt'),
      clientCertificate: {
        certificate: ofSecret(shownBy('own'), 'tls.crt'),
        key: ofSecret(shownBy('own'), 'tls.key'),
      },
    },
  }),
  model(modelOf('own'), ['mutual/m']),
];

/** The Backend says what is shown, the BackendTLSPolicy who is believed. */
const foreign = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: mutual }
spec:
  endpoints: [{ fqdn: { hostname: ${host}, port: 443 } }]
  tls: { clientCertificateRef: { name: ${shownBy('foreign')} } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: mutual }
spec:
  targetRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: mutual }]
  validation: { hostname: ${host}, caCertificateRefs: [{ group: '', kind: ConfigMap, name: authorities }] }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: { name: mutual }
spec:
  schema: { name: OpenAI }
  backendRef: { group: gateway.envoyproxy.io, kind: Backend, name: mutual }
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: { name: mutual }
spec:
  parentRefs: [{ name: egress, namespace: ${dataplane} }]
  rules:
    - matches: [{ headers: [{ type: Exact, name: x-ai-eg-model, value: ${modelOf('foreign')} }] }]
      backendRefs: [{ name: mutual }]
`;

/** Who is believed: one vocabulary reads it from a Secret, the other from a ConfigMap. */
function authorities(...believed: readonly Authority[]): readonly string[] {
  const data = { 'ca.crt': believed.map(({ certificate }) => certificate).join('') };
  return [
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'authorities' }, stringData: data }),
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'authorities' }, data }),
  ];
}

const secretOf = (vocabulary: Vocabulary, { certificate, privateKey }: Certificate): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: shownBy(vocabulary) },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': privateKey },
  });

/** From now on the gateway shows a new certificate, in each vocabulary another one. */
async function show(authority: Authority): Promise<readonly Certificate[]> {
  const shown = vocabularies.map((vocabulary) => ({ vocabulary, certificate: authority.issue() }));
  await stage.apply(...shown.map(({ vocabulary, certificate }) => secretOf(vocabulary, certificate)));
  return shown.map(({ certificate }) => certificate);
}

/** The provider has been shown all of them, by both pods, by what it says itself. */
function whenSeen(certificates: readonly Certificate[]): Promise<void> {
  const serials = certificates.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
  const isSeen = async (): Promise<boolean> => {
    const lines = (await upstream.log()).split('\n');
    return serials.every((serial) => lines.filter((line) => line.startsWith(`shown ${serial} by `)).length >= 2);
  };
  return until('the provider sees the certificates', isSeen, patience);
}

const ask = (vocabulary: Vocabulary) =>
  caller(() => `http://127.0.0.1:${egress.port}`, stage.secret)({ model: modelOf(vocabulary) });

const accepted = (vocabulary: Vocabulary) => conditionOf(cluster, stage.namespace, speaking[vocabulary], 'Accepted');

const load = (vocabulary: Vocabulary) =>
  startPodLoad(
    cluster,
    'load',
    {
      url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${stage.secret}` },
      body: JSON.stringify({ model: modelOf(vocabulary), messages: [{ role: 'user', content: 'Hello' }] }),
      // All pods are asked, and each of them connects again and again.
      isFresh: true,
      clients: 2,
      pauseMs: 20,
    },
    `load-${vocabulary}`,
  );

describe('a provider that wants to see a certificate', { timeout: 240_000 }, () => {
  it('is not asked without one, refuses one of a stranger, and its status tells of a wrong key', async () => {
    await stage.kubectl('delete', 'secret', '--ignore-not-found', ...vocabularies.map(shownBy));
    await stage.apply(...authorities(ofProvider[0]), ...own, foreign);
    for (const vocabulary of vocabularies) {
      const secret = shownBy(vocabulary);
      const said = async () => (await accepted(vocabulary))?.message ?? '';
      await until(`${secret} is missed`, async () => (await said()).includes(`"${secret}"`), patience);
      expect(await accepted(vocabulary)).toMatchObject({ status: 'False', reason: 'SecretNotFound' });
      expect(await ask(vocabulary)).toMatchObject({ status: 503, text: expect.stringContaining('no_target') });
    }

    await show(createAuthority('somebody else'));
    for (const vocabulary of vocabularies) {
      const isRefused = async (): Promise<boolean> => (await ask(vocabulary)).text.includes('provider_unreachable');
      await until(`${vocabulary}: the provider refuses`, isRefused, patience);
    }

    for (const vocabulary of vocabularies) {
      const { certificate } = ofCallers.issue();
      await stage.apply(secretOf(vocabulary, { ...ofCallers.issue(), certificate }));
      const isSaid = async (): Promise<boolean> => (await accepted(vocabulary))?.reason === 'InvalidCertificateRef';
      await until(`${vocabulary}: the key of another certificate is told`, isSaid, patience);
      const said = 'the client certificate is unusable: its private key is not that of its certificate';
      expect(await accepted(vocabulary)).toMatchObject({ status: 'False', message: expect.stringContaining(said) });
    }
  });

  it('is shown the next one, and may have another authority itself, without a failed request', async () => {
    await stage.apply(...authorities(ofProvider[0]), ...own, foreign);
    const first = await show(ofCallers);
    for (const vocabulary of vocabularies) {
      await until(`${vocabulary}: it answers`, async () => (await ask(vocabulary)).status === 200, patience);
    }
    const loads = await Promise.all(vocabularies.map(load));
    await whenSeen(first);
    const second = await show(ofCallers);
    await whenSeen(second);

    await stage.apply(...authorities(...ofProvider));
    const third = await show(ofCallers);
    await whenSeen(third);
    await upstream.signal('SIGHUP');
    await stage.apply(...authorities(ofProvider[1]));
    const fourth = await show(ofCallers);
    await whenSeen(fourth);
    for (const { count, failures } of await Promise.all(loads.map((each) => each.stop()))) {
      expect(failures).toEqual([]);
      expect(count).toBeGreaterThan(50);
    }
  });
});
