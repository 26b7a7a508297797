import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { err, ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const pem = createAuthority('test').certificate;
const tls = 'tls: {certificateRefs: [{name: edge}]}';

const gateway = (more = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  ${more}
  listeners:
  - {name: a, port: 8443, protocol: HTTPS, ${tls}}
  - {name: b, port: 9443, protocol: HTTPS, ${tls}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: clients}
data: {ca.crt: ${JSON.stringify(pem)}}
`;

const policy = (name: string, spec: string, section = ''): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: ${name}}
spec: {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge${section}}, ${spec}}
`;

const validation = (more = ''): string =>
  `tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: clients}]${more}}}`;

const surroundings = secretsOnly((source) => ('secretKeyRef' in source ? ok('text') : err('none')));

function build(text: string) {
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const built = buildModel(documents, surroundings);
  return {
    settings: built.gateways[0]?.settings,
    listeners: built.gateways[0]?.listeners.map(({ name, tls: found, origins }) => [
      name,
      found?.clientCa,
      found?.isClientCertificateRequired,
      origins,
    ]),
    problems: built.problems.map(({ severity, document, path, message }) => [severity, document, path, message]),
  };
}

describe('ClientTrafficPolicy', () => {
  it('says how long requests may be, unless a GatewayPolicy does', () => {
    const traffic = policy('large', 'connection: {bufferLimit: 50Mi}');
    expect(build(gateway() + traffic).settings?.maxBodyBytes).toBe(52_428_800);
    const own =
      '---\napiVersion: sluice.dev/v1alpha1\nkind: GatewayPolicy\nmetadata: {name: own}\nspec: {maxBodySize: 1MiB}\n';
    const both = build(gateway() + traffic + own);
    expect(both.settings?.maxBodyBytes).toBe(1_048_576);
    expect(both.problems).toEqual([
      [
        'warning',
        'ClientTrafficPolicy/large',
        'spec.connection.bufferLimit',
        'is not in force: GatewayPolicy/own says maxBodySize',
      ],
    ]);
  });

  it('and GatewayPolicy allow no longer ones than the processor takes, and say so', () => {
    const message = 'is more than the processor takes: bodies of more than 60 MiB are refused with 413';
    const traffic = build(gateway() + policy('large', 'connection: {bufferLimit: 1Gi}'));
    expect(traffic.settings?.maxBodyBytes).toBe(62_914_560);
    expect(traffic.problems).toEqual([
      ['warning', 'ClientTrafficPolicy/large', 'spec.connection.bufferLimit', message],
    ]);
    const own = (size: string) =>
      `---\napiVersion: sluice.dev/v1alpha1\nkind: GatewayPolicy\nmetadata: {name: own}\nspec: {maxBodySize: ${size}}\n`;
    const tooLarge = build(gateway() + own('61MiB'));
    expect(tooLarge.settings?.maxBodyBytes).toBe(62_914_560);
    expect(tooLarge.problems).toEqual([['warning', 'GatewayPolicy/own', 'spec.maxBodySize', message]]);
    expect(build(gateway() + own('60MiB')).problems).toEqual([]);
  });

  it('has no limits for single listeners, and says so', () => {
    const { settings, problems } = build(gateway() + policy('a', 'connection: {bufferLimit: 1Mi}', ', sectionName: a'));
    expect(settings?.maxBodyBytes).toBe(20_971_520);
    expect(problems).toEqual([
      [
        'error',
        'ClientTrafficPolicy/a',
        'spec.connection.bufferLimit',
        'is not served: single listeners have no limits of their own',
      ],
    ]);
  });

  it('asks for certificates of clients, and the one for a listener wins', () => {
    const policies = policy('all', validation()) + policy('b', validation(', mode: VerifyIfGiven'), ', sectionName: b');
    const { listeners, problems } = build(gateway() + policies);
    expect(problems).toEqual([]);
    expect(listeners).toEqual([
      ['a', 'gateway/edge/a/client-ca', true, ['Gateway/edge', 'ClientTrafficPolicy/all']],
      ['b', 'gateway/edge/b/client-ca', false, ['Gateway/edge', 'ClientTrafficPolicy/b']],
    ]);
  });

  it('gives way to a GatewayPolicy where it is for all of the Gateway, and goes before it where it is for a listener', () => {
    const own = `---
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: own}
spec: {clientCertificates: {ca: {secretKeyRef: {name: clients, key: ca.crt}}}}
`;
    const optional = validation(', mode: VerifyIfGiven');
    const { listeners } = build(
      gateway() + policy('all', optional) + policy('one', optional, ', sectionName: b') + own,
    );
    expect(listeners).toEqual([
      ['a', 'gateway/edge/client-ca', true, ['Gateway/edge', 'GatewayPolicy/own']],
      ['b', 'gateway/edge/b/client-ca', false, ['Gateway/edge', 'GatewayPolicy/own', 'ClientTrafficPolicy/one']],
    ]);
  });

  it('keeps a port closed whose clients it could not verify', () => {
    const missing = policy('all', 'tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: nobody}]}}');
    const { listeners, problems } = build(gateway() + missing);
    expect(listeners).toEqual([]);
    expect(problems.map(([, document, path]) => [document, path])).toContainEqual([
      'ClientTrafficPolicy/all',
      'spec.tls.clientValidation.caCertificateRefs[0]',
    ]);
    expect(build(gateway() + policy('all', 'tls: {clientValidation: {}}')).listeners).toEqual([]);
  });

  it('warns of listeners where nobody can show a certificate', () => {
    const plain = gateway().replace(/HTTPS, tls: [^}]+}]}/, 'HTTP');
    expect(build(plain + policy('all', validation())).problems).toEqual([
      [
        'warning',
        'ClientTrafficPolicy/all',
        'spec.tls.clientValidation',
        'listener "a" has no TLS, so nobody can show a certificate there',
      ],
    ]);
  });
});

describe('Gateway.spec.tls.frontend', () => {
  const refs = 'caCertificateRefs: [{kind: ConfigMap, name: clients}]';
  const frontend = `tls: {frontend: {default: {validation: {${refs}}}, perPort: [{port: 9443, tls: {}}]}}`;

  it('asks for certificates of clients, port by port', () => {
    expect(build(gateway(frontend)).listeners).toEqual([
      ['a', 'gateway/edge/a/client-ca', true, ['Gateway/edge']],
      ['b', undefined, false, ['Gateway/edge']],
    ]);
  });

  it('gives way to a ClientTrafficPolicy', () => {
    const { listeners } = build(gateway(frontend) + policy('all', validation(', optional: true')));
    expect(listeners?.map(([name, , isRequired]) => [name, isRequired])).toEqual([
      ['a', false],
      ['b', false],
    ]);
  });
});
