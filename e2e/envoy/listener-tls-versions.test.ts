import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onlyCaller, secretOf } from '../support/ai-gateway-manifests.ts';
import { createAuthority } from '../support/certificates.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { documents, gatewayManifest } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/* Versions and algorithms of listeners, by the fields of ClientTrafficPolicies, on a real Envoy. */

type Spec = Readonly<Record<string, unknown>>;

const authority = createAuthority('servers');
/** ClientTrafficPolicies, each for the listener of its name; `of-gateway` has none. */
const spoken: Readonly<Record<string, Spec>> = {
  newer: { minVersion: '1.3' },
  older: { maxVersion: '1.2', ciphers: ['ECDHE-ECDSA-AES256-GCM-SHA384'] },
  exchanging: { ecdhCurves: ['P-384', 'P-521'] },
  'of-one-rank': { maxVersion: '1.2', ciphers: ['[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]'] },
  signing: { maxVersion: '1.2', signatureAlgorithms: ['ecdsa_secp384r1_sha384'] },
  'of-two': { alpnProtocols: ['h2', 'http/1.1'] },
  // Everything that may be written: Envoy refuses a listener for a single name that it does not know.
  everything: {
    ciphers: [
      ...['ECDSA', 'RSA'].flatMap((kind) =>
        [
          'AES128-GCM-SHA256',
          'AES256-GCM-SHA384',
          'CHACHA20-POLY1305',
          'AES128-SHA256',
          'AES128-SHA',
          'AES256-SHA',
        ].map((rest) => `ECDHE-${kind}-${rest}`),
      ),
      ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA'],
    ],
    ecdhCurves: ['X25519MLKEM768', 'MLKEM1024', 'X25519', 'P-256', 'P-384', 'P-521'],
    signatureAlgorithms: [
      ...['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519'],
      ...['rsa_pss_rsae', 'rsa_pkcs1'].flatMap((kind) => ['256', '384', '512'].map((bits) => `${kind}_sha${bits}`)),
    ],
  },
};
const listeners = [...Object.keys(spoken), 'of-gateway'];
const ports: Record<string, number> = {};
let gateway: TestGateway;

const policy = (name: string, tls: Spec, sectionName?: string): string =>
  `${JSON.stringify({
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'ClientTrafficPolicy',
    metadata: { name },
    spec: {
      targetRefs: [
        { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'test', ...(sectionName && { sectionName }) },
      ],
      tls,
    },
  })}\n`;

const manifests = (port: number): string => {
  const { certificate, privateKey } = authority.issue('gateway.test');
  return documents(
    gatewayManifest([
      { name: 'http', protocol: 'HTTP', port },
      ...listeners.map((name) => ({
        ...{ name, protocol: 'HTTPS', port: ports[name], tls: { certificateRefs: [{ name: 'listener' }] } },
      })),
    ]),
    onlyCaller('a-client-key-of-enough-characters'),
    secretOf('listener', { 'tls.crt': certificate, 'tls.key': privateKey }),
    policy('all', { alpnProtocols: ['http/1.1'] }),
    ...Object.entries(spoken).map(([name, tls]) => policy(name, tls, name)),
  );
};

interface Offer {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly ciphers?: string;
  readonly ecdhCurve?: string;
  readonly sigalgs?: string;
}

/** What is agreed upon; `refused` where nothing is. */
function agree(listener: string, offer: Offer = {}): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const socket: TLSSocket = connect(
    {
      ...{ host: '127.0.0.1', port: ports[listener], servername: 'gateway.test', ca: authority.certificate },
      ...{ ALPNProtocols: ['h2', 'http/1.1'], ...offer },
    },
    () => {
      resolve([socket.getProtocol(), socket.alpnProtocol, socket.getCipher().name]);
      socket.destroy();
    },
  );
  socket.on('error', () => resolve('refused'));
  return promise;
}

beforeAll(async () => {
  for (const name of listeners) ports[name] = await freePort();
  gateway = await startGateway({ policy: (port) => ({ 'policy.yaml': manifests(port) }) });
  for (const name of listeners) {
    await until(`${name} answers`, async () => (await agree(name)) !== 'refused', {
      seen: () => gateway.plane.status().documents.filter(({ problems }) => problems.length > 0),
    });
  }
});

afterAll(async () => gateway?.stop());

const v12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const v13 = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;
const agreed = (version: string, alpn: string, cipher: string | RegExp) => [
  `TLSv${version}`,
  alpn,
  expect.stringMatching(cipher),
];

it.each<[string, Offer, unknown]>([
  ['of-gateway', v13, agreed('1.3', 'http/1.1', /^TLS_/)],
  ['of-gateway', v12, agreed('1.2', 'http/1.1', /^ECDHE-/)],
  ['of-two', v13, agreed('1.3', 'h2', /^TLS_/)],
  ['newer', v13, agreed('1.3', 'http/1.1', /^TLS_/)],
  ['newer', v12, 'refused'],
  ['older', {}, agreed('1.2', 'http/1.1', 'ECDHE-ECDSA-AES256-GCM-SHA384')],
  ['older', v13, 'refused'],
  ['older', { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', ...v12 }, 'refused'],
  ['exchanging', { ecdhCurve: 'P-521', ...v13 }, agreed('1.3', 'http/1.1', /^TLS_/)],
  ['exchanging', { ecdhCurve: 'P-256', ...v13 }, 'refused'],
  ['of-one-rank', { ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' }, agreed('1.2', 'http/1.1', 'CHACHA20')],
  ['of-one-rank', { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, 'refused'],
  ['signing', { sigalgs: 'ecdsa_secp384r1_sha384' }, agreed('1.2', 'http/1.1', /^ECDHE-/)],
  ['signing', { sigalgs: 'ecdsa_secp256r1_sha256' }, 'refused'],
  ['everything', { sigalgs: 'ecdsa_secp256r1_sha256' }, agreed('1.3', 'http/1.1', /^TLS_/)],
  ['everything', { ciphers: 'ECDHE-ECDSA-AES128-SHA', ...v12 }, agreed('1.2', 'http/1.1', 'AES128-SHA')],
])('a listener %s answers who offers %j', async (listener, offer, expected) => {
  expect(await agree(listener, offer)).toEqual(expected);
});
