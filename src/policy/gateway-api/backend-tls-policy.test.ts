import { describe, expect, it } from 'vitest';
import { problemsOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{}',
    'error spec.targetRefs is missing — add targetRefs: services and Backends that this is for',
    'error spec.validation is missing — add validation: how the backend shows who it is',
  ],
  [
    '{targetRefs: [], validation: {hostname: a, wellKnownCACertificates: System}}',
    'error spec.targetRefs is empty — name a Service or Backend',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {wellKnownCACertificates: System}}',
    'error spec.validation.hostname is missing — add hostname: name asked for (SNI), and expected in the certificate',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a}}',
    'error spec.validation says nobody who may sign — add wellKnownCACertificates: System, or caCertificateRefs',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a, wellKnownCACertificates: System, caCertificateRefs: [{kind: ConfigMap, name: b}]}}',
    'error spec.validation has two sources of certificates — keep caCertificateRefs or wellKnownCACertificates',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: "*.a", wellKnownCACertificates: System}}',
    'error spec.validation.hostname "*.a" is not a host name — write a host name in lower case, such as api.example.com',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a, wellKnownCACertificates: Mozilla}}',
    'error spec.validation.wellKnownCACertificates "Mozilla" is not a possible value — write System',
  ],
  [
    '{targetRefs: [{group: "", kind: Pod, name: a}], validation: {hostname: a, wellKnownCACertificates: System}}',
    'error spec.targetRefs[0].kind Pod is nothing that this policy can be for — write Service or Backend',
  ],
  [
    '{targetRefs: [{group: "", kind: Backend, name: a}], validation: {hostname: a, wellKnownCACertificates: System}}',
    'error spec.targetRefs[0].group "" is not the group of Backend — write gateway.envoyproxy.io',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}, {group: "", kind: Service, name: a}], validation: {hostname: a, wellKnownCACertificates: System}}',
    'error spec.targetRefs[1] names Service a once more — give each its own sectionName',
  ],
  [
    '{targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a, wellKnownCACertificates: System, subjectAltNames: [{type: Hostname, uri: "spiffe://a"}]}}',
    'error spec.validation.subjectAltNames[0].hostname is missing, of type Hostname — add hostname',
  ],
];

describe('BackendTLSPolicy', () => {
  it('verifies against what the system trusts, or against given certificates', () => {
    const target = '{group: "", kind: Service, name: a}';
    const problems = [
      'wellKnownCACertificates: System',
      'caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]',
    ].map((source) =>
      problemsOf('BackendTLSPolicy', `{targetRefs: [${target}], validation: {hostname: a, ${source}}}`),
    );
    expect(problems).toEqual([[], []]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('BackendTLSPolicy', spec)).toEqual(problems);
  });
});
