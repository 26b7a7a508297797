import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, modelRule, onlyCaller, secretOf } from '../support/ai-gateway-manifests.ts';
import { type Certificate, createAuthority } from '../support/certificates.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents, gatewayManifest } from '../support/policy-documents.ts';
import { echoOf, type ToldAnswer, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * Who has to show which certificate, by the fields of BackendTLSPolicies, Backends, ClientTrafficPolicies and Gateways, on
 * a real Envoy.
 */

type Spec = Readonly<Record<string, unknown>>;

const key = 'a-client-key-of-enough-characters';
const [servers, clients, stranger] = [
  createAuthority('servers'),
  createAuthority('clients'),
  createAuthority('others'),
];

let upstream: Server;
let gateway: TestGateway;

/** Tells by which name it was asked for, and whether it was shown a certificate that it trusts. */
function startUpstream(): Promise<Server> {
  const { certificate: cert, privateKey } = servers.issue('a.test', 'spiffe://a.test/service');
  const options = { cert, key: privateKey, ca: clients.certificate, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, ({ socket }, response) => {
    const { servername, authorized } = socket as TLSSocket & { readonly servername: string };
    const headers = { servername, client: String(authorized) };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ headers }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const inMap = (name: string): Spec => ({ caCertificateRefs: [{ group: '', kind: 'ConfigMap', name }] });
const trusted = inMap('servers');
const named = (type: 'Hostname' | 'URI', value: string): Spec => ({
  subjectAltNames: [{ type, [type === 'URI' ? 'uri' : 'hostname']: value }],
});

/** BackendTLSPolicies, each for the Backend of its name. */
const validations: Readonly<Record<string, Spec>> = {
  signed: { hostname: 'a.test', ...trusted },
  'signed-by-secret': { hostname: 'a.test', caCertificateRefs: [{ group: '', kind: 'Secret', name: 'servers' }] },
  'of-another-name': { hostname: 'b.test', ...trusted },
  'of-a-name': { hostname: 'b.test', ...trusted, ...named('Hostname', 'a.test') },
  'not-of-a-name': { hostname: 'a.test', ...trusted, ...named('Hostname', 'b.test') },
  'of-a-uri': { hostname: 'b.test', ...trusted, ...named('URI', 'spiffe://a.test/service') },
  'not-of-a-uri': { hostname: 'a.test', ...trusted, ...named('URI', 'spiffe://a.test/other') },
  'of-others': { hostname: 'a.test', ...inMap('others') },
  'of-the-public': { hostname: 'a.test', wellKnownCACertificates: 'System' },
};

/** What Backends say themselves. */
const ownTls: Readonly<Record<string, Spec>> = {
  own: { sni: 'a.test', ...trusted },
  'own-with-certificate': { sni: 'a.test', ...trusted, clientCertificateRef: { name: 'own' } },
  'own-of-others': { sni: 'a.test', ...inMap('others') },
};

const manifest = (kind: string, apiVersion: string, name: string, rest: Spec): string =>
  `${JSON.stringify({ apiVersion, kind, metadata: { name }, ...rest })}\n`;

const backend = (name: string, port: number, tls?: Spec): string =>
  documents(
    manifest('Backend', 'gateway.envoyproxy.io/v1alpha1', name, {
      spec: { endpoints: [{ ip: { address: '127.0.0.1', port } }], ...(tls && { tls }) },
    }),
    manifest('AIServiceBackend', 'aigateway.envoyproxy.io/v1beta1', name, {
      spec: { schema: { name: 'OpenAI' }, backendRef: { group: 'gateway.envoyproxy.io', kind: 'Backend', name } },
    }),
  );

const pair = ({ certificate, privateKey }: Certificate) => ({ 'tls.crt': certificate, 'tls.key': privateKey });
const ports: Record<string, number> = {};

/** ClientTrafficPolicies, each for the listener of its name. */
const askedOfClients: Readonly<Record<string, Spec>> = {
  required: inMap('clients'),
  'required-by-mode': { ...inMap('clients'), mode: 'RequireAndVerify' },
  optional: { ...inMap('clients'), optional: true },
  'optional-by-mode': { ...inMap('clients'), mode: 'VerifyIfGiven' },
};

const listeners = [...Object.keys(askedOfClients), 'by-port', 'open'];

const manifests = (port: number, upstreamPort: number): string => {
  const all = [...Object.keys(validations), ...Object.keys(ownTls)];
  const validation = inMap('clients');
  return documents(
    gatewayManifest(
      [
        { name: 'http', protocol: 'HTTP', port },
        ...listeners.map((name) => ({
          ...{ name, protocol: 'HTTPS', port: ports[name], tls: { certificateRefs: [{ name: 'listener' }] } },
        })),
      ],
      { tls: { frontend: { default: {}, perPort: [{ port: ports['by-port'], tls: { validation } }] } } },
    ),
    onlyCaller(key),
    ...Object.entries({ servers, clients, others: stranger }).map(([name, { certificate }]) =>
      manifest('ConfigMap', 'v1', name, { data: { 'ca.crt': certificate } }),
    ),
    secretOf('servers', { 'ca.crt': servers.certificate }),
    secretOf('own', pair(clients.issue())),
    secretOf('listener', pair(servers.issue('gateway.test'))),
    ...Object.keys(validations).map((name) => backend(name, upstreamPort)),
    ...Object.entries(validations).map(([name, spec]) =>
      manifest('BackendTLSPolicy', 'gateway.networking.k8s.io/v1', name, {
        spec: { targetRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name }], validation: spec },
      }),
    ),
    ...Object.entries(ownTls).map(([name, tls]) => backend(name, upstreamPort, tls)),
    ...Object.entries(askedOfClients).map(([name, clientValidation]) =>
      manifest('ClientTrafficPolicy', 'gateway.envoyproxy.io/v1alpha1', name, {
        spec: {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'test', sectionName: name }],
          tls: { clientValidation },
        },
      }),
    ),
    aiRoute(
      'models',
      all.map((name) => modelRule(name, { backendRefs: [{ name }] })),
    ),
    httpRoute(
      'services',
      all.map((name) => leadTo(name, [below(`/${name}`)])),
    ),
  );
};

const authorization = `Bearer ${key}`;

function ask(as: string, name: string): Promise<ToldAnswer> {
  if (as === 'service') return tell(gateway.port, `/${name}`, { authorization });
  const body = JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hello' }] });
  const headers = { 'content-type': 'application/json', authorization };
  return tell(gateway.port, '/v1/chat/completions', headers, 'POST', body);
}

/** Status of a listener's answer to a client with this certificate; `refused` where the handshake fails. */
function comeBy(listener: string, client?: Certificate): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const options = {
    ...{ host: '127.0.0.1', port: ports[listener], servername: 'gateway.test', ca: servers.certificate, agent: false },
    ...(client && { cert: client.certificate, key: client.privateKey }),
  };
  request({ ...options, path: '/healthz' }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on('error', () => resolve('refused'))
    .end();
  return promise;
}

beforeAll(async () => {
  upstream = await startUpstream();
  for (const name of listeners) ports[name] = await freePort();
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  gateway = await startGateway({ policy: (port) => ({ 'policy.yaml': manifests(port, upstreamPort) }) });
  await until('models answer', async () => (await ask('model', 'signed')).status === 200, {
    seen: () => gateway.plane.status().documents.filter(({ problems }) => problems.length > 0),
  });
  await until('listeners answer', async () => (await comeBy('open')) === 200);
});

afterAll(async () => {
  await gateway?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
});

describe.each(['model', 'service'])('a backend of a %s', (as) => {
  it.each([
    ['signed', 'a.test', 'false'],
    ['signed-by-secret', 'a.test', 'false'],
    ['of-a-name', 'b.test', 'false'],
    ['of-a-uri', 'b.test', 'false'],
    ['own', 'a.test', 'false'],
    ['own-with-certificate', 'a.test', 'true'],
  ])('whose certificate is %s is asked as %s', async (name, servername, client) => {
    const answer = await ask(as, name);
    expect([answer.status, echoOf(answer).headers]).toEqual([200, { servername, client }]);
  });

  it.each(['of-another-name', 'not-of-a-name', 'not-of-a-uri', 'of-others', 'of-the-public', 'own-of-others'])(
    'whose certificate is %s, and not as wanted, is not asked',
    async (name) => {
      expect((await ask(as, name)).status).toBe(as === 'model' ? 502 : 503);
    },
  );
});

describe('a client', () => {
  it.each<[string, readonly (number | string)[]]>([
    ['required', ['refused', 200, 'refused']],
    ['required-by-mode', ['refused', 200, 'refused']],
    ['optional', [200, 200, 'refused']],
    ['optional-by-mode', [200, 200, 'refused']],
    ['by-port', ['refused', 200, 'refused']],
    ['open', [200, 200, 200]],
  ])(
    'without a certificate, with a good one and with a stranger’s is let in where it is %s: %j',
    async (name, expected) => {
      const each = [undefined, clients.issue(), stranger.issue()];
      expect(await Promise.all(each.map((certificate) => comeBy(name, certificate)))).toEqual(expected);
    },
  );
});
