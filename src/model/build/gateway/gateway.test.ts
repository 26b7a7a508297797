import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../e2e/support/certificates.ts';
import { ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const authority = createAuthority('test');
const [one, other] = [authority.issue('one.example.com'), authority.issue('other.example.com')];

const policy = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  listeners: [{name: tls, port: 10443, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}]
`;

const callers = `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: callers}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: nobody}]}}
`;

function build(certificate: string, privateKey: string, hasStandIns: boolean, further = '') {
  const { documents } = parseDocuments(policy + further, 'policy.yaml', '.');
  const surroundings = secretsOnly((source) =>
    ok('secretKeyRef' in source && source.secretKeyRef.key === 'tls.key' ? privateKey : certificate),
  );
  const { gateways, problems } = buildModel(documents, { ...surroundings, hasStandIns });
  return {
    listeners: gateways[0]?.listeners.map(({ name }) => name),
    problems: problems.map(({ path, message, reason }) => [path, message, reason]),
  };
}

describe('a listener with a certificate', () => {
  it('has nothing to complain of where it fits its key', () => {
    expect(build(one.certificate, one.privateKey, false)).toEqual({ listeners: ['tls'], problems: [] });
  });

  it('says what is wrong with it, and leaves it to Envoy to keep the one before', () => {
    const message = 'certificate 1 is unusable: its private key is not that of its certificate';
    expect(build(one.certificate, other.privateKey, false)).toEqual({
      listeners: ['tls'],
      problems: [['spec.listeners[0].tls', message, 'InvalidCertificateRef']],
    });
  });

  it('is not read where something stands in for secrets', () => {
    expect(build('text', 'text', true)).toEqual({ listeners: ['tls'], problems: [] });
  });

  it('stays closed, and says so, where nobody knows who may sign those of its clients', () => {
    const { listeners, problems } = build(one.certificate, one.privateKey, false, callers);
    expect(listeners).toEqual([]);
    const message = 'stays closed: whoever may sign the certificates of its clients is not known';
    expect(problems).toContainEqual(['spec.listeners[0].tls', message, 'NoValidCACertificate']);
  });
});
