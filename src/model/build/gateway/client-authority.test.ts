import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { err, ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const { certificate } = createAuthority('test');

const authorities = (...names: readonly string[]): string =>
  names
    .map(
      (name, index) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${JSON.stringify({ 'ca.crt': `${index}\n${certificate}` })}\n---\n`,
    )
    .join('');

const gateway = (more = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  ${more}
  listeners:
  - {name: a, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}
  - {name: b, port: 9443, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}
---
`;

const validated = (by: string, more = ''): string =>
  `{clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: ${by}}]${more}}}`;

const traffic = (name: string, tls: string, section = ''): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: ${name}}
spec: {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge${section}}, tls: ${tls}}
`;

const own = (require: boolean, ca = 'own-ca'): string => `---
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: own}
spec: {clientCertificates: {ca: {secretKeyRef: {name: ${ca}, key: ca.crt}}, require: ${require}}}
`;

const surroundings = secretsOnly((source) => {
  if (!('secretKeyRef' in source)) return err('nothing else');
  const { name, key } = source.secretKeyRef;
  return name === 'gone' ? err('is not there') : ok(`${key} of ${name}`);
});

function build(text: string, hasStandIns = true) {
  const { documents, barriers } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  const { gateways, problems } = buildModel([...documents, ...barriers], { ...surroundings, hasStandIns });
  const [found] = gateways;
  return {
    callers: Object.fromEntries(
      (found?.listeners ?? []).map(({ name, tls }) => {
        const secret = found?.secrets.find((one) => one.name === tls?.clientCa);
        const signer = secret?.kind === 'trustedCa' ? secret.certificates : undefined;
        const isRequired = tls?.isClientCertificateRequired;
        return [name, { signer, isRequired, ...(tls?.isUntrustedAccepted && { isUntrustedAccepted: true }) }];
      }),
    ),
    problems: problems.map(({ document, path }) => [document, path]),
  };
}

const signed = (index: number) => `${index}\n${certificate}`;

describe('who may sign the certificates of callers', () => {
  const two = gateway() + authorities('first', 'second');

  it('is said by the closest policy, and the words of another are not mixed in', () => {
    const { callers, problems } = build(
      two +
        traffic('all', validated('first', ', optional: true')) +
        traffic('b', validated('second'), ', sectionName: b'),
    );
    expect(callers).toEqual({
      a: { signer: signed(0), isRequired: false },
      b: { signer: signed(1), isRequired: true },
    });
    expect(problems).toEqual([]);
  });

  it('is said by the policy of the Gateway where the one of the listener says nothing of certificates', () => {
    const { callers } = build(two + traffic('all', validated('first')) + traffic('b', '{}', ', sectionName: b'));
    expect(callers.b).toEqual({ signer: signed(0), isRequired: true });
  });

  it('is said by a GatewayPolicy for all listeners but those with a policy of their own', () => {
    const { callers } = build(
      two + own(true) + traffic('all', validated('first')) + traffic('b', validated('second'), ', sectionName: b'),
    );
    expect(callers).toEqual({
      a: { signer: 'ca.crt of own-ca', isRequired: true },
      b: { signer: signed(1), isRequired: true },
    });
  });

  it.each([
    ['', true],
    [', optional: false', true],
    [', optional: true', false],
    [', mode: RequireAndVerify', true],
    [', mode: VerifyIfGiven', false],
  ])('and whether one has to be shown: {caCertificateRefs: …%s}', (more, isRequired) => {
    expect(build(two + traffic('all', validated('first', more))).callers.a).toEqual({ signer: signed(0), isRequired });
  });

  it.each([true, false])('and whether one has to be shown, by a GatewayPolicy: %s', (isRequired) => {
    expect(build(two + own(isRequired)).callers.a).toEqual({ signer: 'ca.crt of own-ca', isRequired });
  });

  it('is said by the Gateway port by port, and what it says for all is for the other ports', () => {
    const frontend = (name: string, more = '') =>
      `{validation: {caCertificateRefs: [{kind: ConfigMap, name: ${name}}]${more}}}`;
    const tls = `tls: {frontend: {default: ${frontend('first', ', mode: AllowInsecureFallback')},
      perPort: [{port: 9443, tls: ${frontend('second')}}]}}`;
    const { callers, problems } = build(gateway(tls) + authorities('first', 'second'));
    expect(callers).toEqual({
      a: { signer: signed(0), isRequired: false, isUntrustedAccepted: true },
      b: { signer: signed(1), isRequired: true },
    });
    expect(problems).toEqual([]);
    const wrong = build(gateway(tls) + authorities('first'));
    expect(Object.keys(wrong.callers)).toEqual(['a']);
    expect(wrong.problems).toContainEqual([
      'Gateway/edge',
      'spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs[0]',
    ]);
    expect(build(gateway(tls) + authorities('second')).problems).toContainEqual([
      'Gateway/edge',
      'spec.tls.frontend.default.validation.caCertificateRefs[0]',
    ]);
  });
});

describe('a listener whose callers are to be verified, and cannot be', () => {
  it('is left to Envoy, which keeps whom it knows, where those who may sign cannot be read', () => {
    const { callers, problems } = build(gateway() + own(true), false);
    const unread = { signer: 'ca.crt of own-ca', isRequired: true };
    expect(callers).toEqual({ a: unread, b: unread });
    expect(problems).toContainEqual(['GatewayPolicy/own', 'spec.clientCertificates.ca']);
  });

  it('stays closed while what the GatewayPolicy names is not there', () => {
    expect(build(gateway() + own(false, 'gone')).callers).toEqual({});
  });

  it('stays closed while its policy cannot be read, and no other one does', () => {
    const wrong = traffic('b', '{clientValidation: {caCertificateRefs: 5}}', ', sectionName: b');
    const { callers } = build(gateway() + authorities('first') + traffic('all', validated('first')) + wrong);
    expect(callers).toEqual({ a: { signer: signed(0), isRequired: true } });
  });

  it('stays closed where its port names what cannot hold certificates, and the other port is served', () => {
    const frontend = (kind: string) => `{validation: {caCertificateRefs: [{kind: ${kind}, name: first}]}}`;
    const tls = `tls: {frontend: {default: ${frontend('ConfigMap')}, perPort: [{port: 9443, tls: ${frontend('Pod')}}]}}`;
    const { callers, problems } = build(gateway(tls) + authorities('first'));
    expect(callers).toEqual({ a: { signer: signed(0), isRequired: true } });
    expect(problems).toEqual([
      ['Gateway/edge', 'spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs[0]'],
      ['Gateway/edge', 'spec.listeners[1].tls'],
    ]);
  });

  it('stays closed where nobody is named, which is said', () => {
    const { callers, problems } = build(gateway() + traffic('all', '{clientValidation: {}}'));
    expect(callers).toEqual({});
    expect(problems).toContainEqual(['ClientTrafficPolicy/all', 'spec.tls.clientValidation.caCertificateRefs']);
  });
});
