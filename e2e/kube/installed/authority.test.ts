import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthoritySecret, authoritySecret } from '../../../src/controller/authority/secret.ts';
import { connectKubeClient } from '../../../src/kube/client.ts';
import type { Authority } from '../../../src/pki/authority.ts';
import { createAuthority } from '../../support/certificates.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { controllerPods } from '../../support/kube-installed/controller-pods.ts';
import { egressPods } from '../../support/kube-installed/egress-pods.ts';
import { startPodLoad } from '../../support/kube-installed/pod-load.ts';
import { bringSluice, dataplane, rollout, system } from '../../support/kube-installed/sluice.ts';
import { openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

/*
 * The controller's own authority grows old, gets a successor and retires: what takes years. What each authority is for
 * follows from its age alone, so the test gives them certificates of another age, for the same keys.
 */

const cluster = openCluster();
const hour = 3_600_000;
const year = 365 * 24 * hour;
/** A replica looks at the Secret every ten seconds, the API server may be busy. */
const patience = { limitMs: 120_000 };
let stage: Stage;
let secret: AuthoritySecret;
let disconnect: () => void;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'authority');
  const client = await connectKubeClient({ kubeconfig: cluster.kubeconfig });
  if (!client.ok) throw new Error(client.error);
  disconnect = () => client.value.close();
  secret = authoritySecret(client.value, system, 'sluice-xds-authority');
}, 300_000);

afterAll(async () => {
  disconnect?.();
  await stage?.close();
});

async function authorities(): Promise<readonly Authority[]> {
  const stored = await secret.read();
  return stored.ok ? (stored.value?.authorities ?? []) : [];
}

/** The newest is so old from now on. */
async function grow(ageMs: number): Promise<void> {
  await until('the Secret is written', async () => {
    const stored = await secret.read();
    if (!stored.ok || stored.value === undefined) return false;
    const others = [...stored.value.authorities];
    const newest = others.pop();
    if (newest === undefined) return false;
    const now = Date.now();
    const { certificate } = createAuthority('Sluice control plane', {
      privateKey: newest.privateKey,
      notBefore: new Date(now - ageMs),
      notAfter: new Date(now - ageMs + 10 * year),
    });
    const written = await secret.write([...others, { ...newest, certificate }], stored.value);
    return written.ok && written.value === 'written';
  });
}

const fingerprints = (certificates: readonly string[]): string =>
  certificates
    .map((each) => new X509Certificate(each).fingerprint256)
    .sort()
    .join();

/** Of the certificates in a file of a container. Private keys that stand there as well stay there. */
async function fingerprintsIn(namespace: string, pod: string, container: string, path: string): Promise<string> {
  const program = `
    const text = require('node:fs').readFileSync('${path}', 'utf8');
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    console.log(found.map((each) => new (require('node:crypto').X509Certificate)(each).fingerprint256).sort().join());
  `;
  const line = ['exec', pod, '--container', container, '--', '/usr/local/bin/node', '-e', program];
  return (await cluster.kubectl(['--namespace', namespace, ...line])).trim();
}

/** Both replicas and all pods know exactly those that stand in the Secret. */
async function whenAllTrust(): Promise<void> {
  const expected = fingerprints((await authorities()).map(({ certificate }) => certificate));
  let seen: readonly string[] = [];
  const isKnown = async (): Promise<boolean> => {
    const controllers = await controllerPods(cluster);
    seen = await Promise.all([
      ...controllers.map(({ name }) => fingerprintsIn(system, name, 'controller', '/var/lib/sluice/authority.pem')),
      ...(await lookAtSecrets()).map((pod) => fingerprintsIn(dataplane, pod, 'processor', '/etc/sluice/xds/ca.crt')),
    ]);
    return seen.every((each) => each === expected);
  };
  await until(`all trust ${expected}`, isKnown, { ...patience, seen: () => seen });
}

/** A pod that is changed gets what its Secrets hold at once, not within a minute or two. */
async function lookAtSecrets(): Promise<readonly string[]> {
  const pods = await egressPods(cluster, 2);
  const line = ['annotate', 'pods', ...pods, `example.com/looked=${Date.now()}`, '--overwrite'];
  await cluster.kubectl(['--namespace', dataplane, ...line]);
  return pods;
}

/** The pods show a certificate that the newest authority has signed. */
async function whenSignedByNewest(): Promise<void> {
  const newest = new X509Certificate((await authorities()).at(-1)?.certificate ?? '');
  let leaf = '';
  const isSigned = async (): Promise<boolean> => {
    const path = 'jsonpath={.data.tls\\.crt}';
    const found = await cluster.kubectl(['--namespace', dataplane, 'get', 'secret', 'egress-xds', '--output', path]);
    leaf = Buffer.from(found, 'base64').toString();
    return new X509Certificate(leaf).verify(newest.publicKey);
  };
  await until('the successor signs', isSigned, patience);
  const isThere = async (): Promise<boolean> => {
    const own = fingerprints([leaf]);
    const pods = await lookAtSecrets();
    const shown = pods.map((pod) => fingerprintsIn(dataplane, pod, 'processor', '/etc/sluice/xds/tls.crt'));
    return (await Promise.all(shown)).every((each) => each === own);
  };
  await until('the pods have it', isThere, patience);
}

it('is renewed while requests are answered, and the pods stay in step', { timeout: 600_000 }, async () => {
  await stage.apply(practiceProvider('first'), model('authority', ['first/upstream']));
  await stage.programmed('model/authority');
  const load = await startPodLoad(cluster, 'load', {
    url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
    method: 'POST',
    headers: { authorization: `Bearer ${stage.secret}` },
    body: JSON.stringify({ model: 'authority', messages: [{ role: 'user', content: 'Hello' }] }),
    isFresh: true,
    clients: 2,
    pauseMs: 50,
  });
  const follows = async (name: string): Promise<void> => {
    await stage.kubectl('delete', 'model', name, '--ignore-not-found');
    await stage.apply(model(name, ['first/upstream']));
    await stage.programmed(`model/${name}`);
  };

  await grow(6 * year);
  await until('a successor is made', async () => (await authorities()).length === 2, patience);
  await whenAllTrust();
  await follows('authority-trusted');

  await grow(2 * hour);
  await whenSignedByNewest();
  await whenAllTrust();
  await follows('authority-signed');

  await grow(26 * hour);
  await until('the old one retires', async () => (await authorities()).length === 1, patience);
  await whenAllTrust();
  // Everybody has to connect again, with nothing but what is there now.
  await cluster.kubectl(['--namespace', system, 'rollout', 'restart', 'deployment/controller']);
  const [gone = ''] = await egressPods(cluster, 2);
  await cluster.kubectl(['--namespace', dataplane, 'delete', 'pod', gone, '--wait=false']);
  await rollout(cluster, system, 'deployment/controller');
  await until('a new pod serves', async () => !(await egressPods(cluster, 2)).includes(gone), patience);
  await follows('authority-alone');

  const { count, failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(100);
});
