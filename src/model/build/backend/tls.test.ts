import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { err, ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';
import { withModelOf } from './testing/model-of-backend.ts';

const backend = (tls = ''): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: b}
spec: {endpoints: [{ip: {address: 10.0.0.1, port: 8443}, hostname: called.test}]${tls}}
---
`;

const service = `
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{name: one, port: 8443}, {name: two, port: 9443}]}
---
`;

const policy = (name: string, target: string, validation: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: ${name}}
spec: {targetRefs: [${target}], validation: {${validation}}}
---
`;

const toBackend = '{group: gateway.envoyproxy.io, kind: Backend, name: b}';
const toService = (port?: string) => `{group: "", kind: Service, name: s${port ? `, sectionName: ${port}` : ''}}`;
const system = (hostname: string) => `hostname: ${hostname}, wellKnownCACertificates: System`;

const pem = createAuthority('test').certificate;
const authority = (name: string, text = pem) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {ca.crt: ${JSON.stringify(text)}}
---
`;

/** Secrets: `pair` and `ca` have all parts, `half` has no key. */
const surroundings = secretsOnly((source) => {
  if (!('secretKeyRef' in source)) return err('nothing else');
  const { name, key } = source.secretKeyRef;
  const isThere = name === 'pair' || name === 'ca' || (name === 'half' && key === 'tls.crt');
  return isThere ? ok(`${key} of ${name}`) : err('is not there');
});

function build(there: string, ref = toBackend.slice(1, -1), hasStandIns = true) {
  const { gateways, problems } = buildModel(withModelOf(there, ref), { ...surroundings, hasStandIns });
  const provider = gateways[0]?.providers[0];
  const secrets = gateways[0]?.secrets ?? [];
  return {
    provider,
    tls: provider?.tls,
    ca: secrets.find(({ name }) => name === provider?.tls?.ca),
    certificate: secrets.find(({ name }) => name === provider?.tls?.clientCertificate),
    problems: problems
      .filter(({ document }) => !/^AI/.test(document))
      .map(({ document, path, reason }) => [document, path, reason]),
    messages: problems.map(({ message }) => message),
  };
}

describe('TLS to a backend', () => {
  it('asks for the name of the policy, then of the Backend, then of its endpoint', () => {
    const nameOf = (there: string) => build(there).tls?.serverName;
    const own = ', tls: {wellKnownCACertificates: System, sni: own.test}';
    expect(nameOf(backend(own) + policy('p', toBackend, system('policy.test')))).toBe('policy.test');
    expect(nameOf(backend(own))).toBe('own.test');
    expect(nameOf(backend(', tls: {wellKnownCACertificates: System}'))).toBe('called.test');
    expect(nameOf(backend())).toBeUndefined();
  });

  it('takes field by field from the policy what it says, and the rest from the Backend', () => {
    const own = ', tls: {caCertificateRefs: [{kind: ConfigMap, name: own}], clientCertificateRef: {name: pair}}';
    const text = backend(own) + authority('own', `own\n${pem}`) + authority('theirs');
    const both = build(
      text +
        policy('p', toBackend, 'hostname: h.test, caCertificateRefs: [{group: "", kind: ConfigMap, name: theirs}]'),
    );
    expect(both.ca).toMatchObject({ kind: 'trustedCa', certificates: pem });
    expect(both.certificate).toMatchObject({
      kind: 'certificate',
      certificate: 'tls.crt of pair',
      privateKey: 'tls.key of pair',
    });
    expect(both.provider?.origins).toEqual(
      expect.arrayContaining(['AIServiceBackend/a', 'Backend/b', 'BackendTLSPolicy/p']),
    );
    const alone = build(text);
    expect(alone.ca).toMatchObject({ certificates: `own\n${pem}` });
    const trusted = build(text + policy('p', toBackend, system('h.test')));
    expect(trusted.tls).toBeDefined();
    expect(trusted.ca).toBeUndefined();
  });

  it('accepts the names that the policy gives instead of the one that is asked for', () => {
    const names = 'subjectAltNames: [{type: Hostname, hostname: alt.test}]';
    const { tls } = build(backend() + policy('p', toBackend, `${system('h.test')}, ${names}`));
    expect(tls).toMatchObject({ serverName: 'h.test', subjectNames: [{ kind: 'dns', value: 'alt.test' }] });
    expect(build(backend() + policy('p', toBackend, system('h.test'))).tls).not.toHaveProperty('subjectNames');
    const identity = 'subjectAltNames: [{type: URI, uri: "spiffe://h.test/one"}]';
    const known = build(backend() + policy('p', toBackend, `${system('h.test')}, ${identity}`));
    expect(known.tls).toMatchObject({ subjectNames: [{ kind: 'uri', value: 'spiffe://h.test/one' }] });
  });

  it.each([
    [
      'the authority is not there',
      'caCertificateRefs: [{kind: ConfigMap, name: gone}]',
      'tls.caCertificateRefs[0]',
      'ConfigMapNotFound',
    ],
    [
      'the authority is no certificate',
      'caCertificateRefs: [{kind: ConfigMap, name: empty}]',
      'tls.caCertificateRefs[0]',
      'InvalidCertificateRef',
    ],
    [
      'one of two authorities is not there',
      'caCertificateRefs: [{kind: ConfigMap, name: own}, {kind: ConfigMap, name: gone}]',
      'tls.caCertificateRefs[1]',
      'ConfigMapNotFound',
    ],
    [
      'its own certificate is not there',
      'wellKnownCACertificates: System, clientCertificateRef: {name: gone}',
      'tls.clientCertificateRef',
      'SecretNotFound',
    ],
    [
      'its own certificate has no key',
      'wellKnownCACertificates: System, clientCertificateRef: {name: half}',
      'tls.clientCertificateRef',
      'SecretNotFound',
    ],
    [
      'its own certificate belongs to others',
      'wellKnownCACertificates: System, clientCertificateRef: {name: pair, namespace: other}',
      'tls.clientCertificateRef',
      'RefNotPermitted',
    ],
  ])('is wanted, so that nothing is sent there in plain text, while %s', (_, tls, path, reason) => {
    const { provider, problems } = build(backend(`, tls: {${tls}}`) + authority('own') + authority('empty', 'nothing'));
    expect(provider).toBeUndefined();
    expect(problems).toContainEqual(['Backend/b', `spec.${path}`, reason]);
  });
});

describe('certificates that Envoy refuses', () => {
  it('are named among those who may sign, and go on, so that the last good ones stay', () => {
    const text = `${pem}-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n`;
    const own = ', tls: {caCertificateRefs: [{kind: ConfigMap, name: whole}, {kind: ConfigMap, name: own}]}';
    const { ca, problems, messages } = build(backend(own) + authority('whole') + authority('own', text));
    expect(ca).toMatchObject({ certificates: `${pem}\n${text}` });
    expect(problems).toEqual([['Backend/b', 'spec.tls.caCertificateRefs[1]', 'InvalidCertificateRef']]);
    expect(messages).toContain('certificate 2 of those who may sign cannot be read');
  });

  it('are named in Secrets, too, unless something stands in for these', () => {
    const trusting = backend(
      ', tls: {caCertificateRefs: [{kind: Secret, name: ca}], clientCertificateRef: {name: pair}}',
    );
    const { ca, certificate, problems, messages } = build(trusting, undefined, false);
    expect([ca, certificate]).toEqual([expect.anything(), expect.anything()]);
    expect(problems).toEqual([
      ['Backend/b', 'spec.tls.caCertificateRefs[0]', 'InvalidCertificateRef'],
      ['Backend/b', 'spec.tls.clientCertificateRef', 'InvalidCertificateRef'],
    ]);
    expect(messages).toContain('the client certificate is unusable: its certificate cannot be read');
    expect(build(trusting).problems).toEqual([]);
  });
});

describe('of several BackendTLSPolicies', () => {
  const toPort = (port: number) =>
    build(
      service + policy('all', toService(), system('all.test')) + policy('one', toService('one'), system('one.test')),
      `name: s, port: ${port}`,
    );

  it('the one for a port goes before the one for the Service, and is for no other port', () => {
    expect(toPort(8443).tls?.serverName).toBe('one.test');
    expect(toPort(9443).tls?.serverName).toBe('all.test');
    expect(toPort(8443).problems).toEqual([]);
  });

  it('a Service with one for another port only has none', () => {
    const { provider, tls } = build(
      service + policy('two', toService('two'), system('two.test')),
      'name: s, port: 8443',
    );
    expect(provider).toBeDefined();
    expect(tls).toBeUndefined();
  });

  it('for the same, the one of the smaller name is in force, and the other one hears of it', () => {
    const text = backend() + policy('y', toBackend, system('y.test')) + policy('x', toBackend, system('x.test'));
    const { tls, problems } = build(text);
    expect(tls?.serverName).toBe('x.test');
    expect(problems).toEqual([['BackendTLSPolicy/y', 'spec.targetRefs[0]', 'Conflicted']]);
  });

  it('one that names two ports of a Service is in no conflict with itself', () => {
    const text = service + policy('x', `${toService('one')}, ${toService()}`, system('x.test'));
    const { tls, problems } = build(text, 'name: s, port: 8443');
    expect(tls?.serverName).toBe('x.test');
    expect(problems).toEqual([]);
  });
});

describe('TLS to an ordinary service', () => {
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [{backendRefs: [${toBackend}]}]}
`;

  it('has its secrets kept for Envoy', () => {
    const own = ', tls: {caCertificateRefs: [{kind: ConfigMap, name: own}], clientCertificateRef: {name: pair}}';
    const { documents } = parseDocuments(backend(own) + authority('own') + route, 'policy.yaml', '.');
    const { gateways, problems } = buildModel(documents, surroundings);
    const { tls, origins } = gateways[0]?.services.backends[0] ?? {};
    const kept = gateways[0]?.secrets.map(({ name }) => name);
    expect(kept).toEqual(expect.arrayContaining([tls?.ca, tls?.clientCertificate]));
    expect(tls).toMatchObject({
      serverName: 'called.test',
      ca: expect.any(String),
      clientCertificate: expect.any(String),
    });
    expect(origins).toEqual(['HTTPRoute/r', 'Backend/b']);
    expect(problems).toEqual([]);
  });

  it('is wanted, so that the service is not asked in plain text, while its authority is missing', () => {
    const own = ', tls: {caCertificateRefs: [{kind: ConfigMap, name: gone}]}';
    const { documents } = parseDocuments(backend(own) + route, 'policy.yaml', '.');
    const { services } = buildModel(documents, surroundings).gateways[0] ?? {};
    expect(services?.routes.map(({ action }) => action.kind)).toEqual(['fail']);
    expect(services?.backends).toEqual([]);
  });
});
