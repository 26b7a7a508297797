import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec.endpoints is empty — add fqdn: {hostname: …, port: 443}'],
  ['{endpoints: []}', 'error spec.endpoints is empty — add fqdn: {hostname: …, port: 443}'],
  [
    '{endpoints: [{}]}',
    'error spec.endpoints[0] has none of fqdn or ip — add fqdn: {hostname: api.example.com, port: 443}',
  ],
  [
    '{endpoints: [{fqdn: {hostname: api.openai.com}}]}',
    'error spec.endpoints[0].fqdn.port is missing — add port: port',
  ],
  [
    '{endpoints: [{fqdn: {hostname: api.openai.com, port: 0}}]}',
    'error spec.endpoints[0].fqdn.port 0 is less than 1 — write a whole number from 1 to 65535',
  ],
  [
    '{endpoints: [{fqdn: {hostname: "https://api.openai.com", port: 443}}]}',
    'error spec.endpoints[0].fqdn.hostname "https://api.openai.com" is not a host name — write a host name in lower case, such as api.example.com',
  ],
  [
    '{endpoints: [{fqdn: {hostname: a, port: 1}, ip: {address: 1.1.1.1, port: 1}}]}',
    'error spec.endpoints[0] fqdn and ip are given together — keep exactly one of fqdn or ip',
  ],
  [
    '{endpoints: [{fqdn: {hostname: a, port: 1}}, {ip: {address: 1.1.1.1, port: 1}}]}',
    'error spec.endpoints[1] is an address among names — write names or addresses, not both',
  ],
  [
    '{endpoints: [{ip: {address: localhost, port: 1}}]}',
    'error spec.endpoints[0].ip.address "localhost" is not an IP address — write an address such as 192.0.2.10 or 2001:db8::1',
  ],
  [
    '{endpoints: [{unix: {path: /run/a.sock}}]}',
    'error spec.endpoints[0].unix is not served: providers are reached over the network — remove it',
  ],
  [
    '{type: Dns, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.type "Dns" is not a possible value — write Endpoints or DynamicResolver',
  ],
  [
    '{appProtocols: [gateway.envoyproxy.io/ws], endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.appProtocols[0] gateway.envoyproxy.io/ws is not served: connections stay HTTP — write gateway.envoyproxy.io/h2c',
  ],
  [
    '{appProtocols: [h2c], endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.appProtocols[0] "h2c" is not a possible value — write gateway.envoyproxy.io/h2c',
  ],
  [
    '{fallback: true, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.fallback is not served: who is asked when another fails is said by priority in the route — remove it',
  ],
  [
    '{tls: {wellKnownCACertificates: System, caCertificateRefs: [{kind: ConfigMap, name: a}]}, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.tls.wellKnownCACertificates is given beside caCertificateRefs — keep caCertificateRefs or wellKnownCACertificates',
  ],
  [
    '{tls: {wellKnownCACertificates: System, insecureSkipVerify: true}, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.tls.insecureSkipVerify is not served: a provider that cannot show who it is gets no credentials — remove it',
  ],
  [
    '{tls: {minVersion: "1.3"}, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.tls.minVersion is not served: versions and algorithms are those of Envoy — remove it',
  ],
  [
    '{tls: {caCertificateRefs: [{kind: ConfigMap, name: a, namespace: b}]}, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.tls.caCertificateRefs[0].namespace is not a known field — remove it; known here: group, kind or name',
  ],
  [
    '{tls: true, endpoints: [{fqdn: {hostname: a, port: 1}}]}',
    'error spec.tls true is not a map — write a map with caCertificateRefs, wellKnownCACertificates, sni or clientCertificateRef',
  ],
];

describe('Backend', () => {
  it('has names or addresses', () => {
    expect(specOf('Backend', '{endpoints: [{fqdn: {hostname: api.openai.com, port: 443}}]}')).toEqual({
      type: 'Endpoints',
      endpoints: [{ fqdn: { hostname: 'api.openai.com', port: 443 } }],
      appProtocols: [],
    });
    expect(specOf('Backend', '{endpoints: [{ip: {address: "2001:db8::1", port: 80}, hostname: a.b}]}')).toMatchObject({
      endpoints: [{ ip: { address: '2001:db8::1', port: 80 }, hostname: 'a.b' }],
    });
  });

  it('may find its endpoints by itself, which is not served and said where the backend is used', () => {
    expect(problemsOf('Backend', '{type: DynamicResolver}')).toEqual([]);
  });

  it('takes what asks for nothing', () => {
    const spec =
      '{endpoints: [{fqdn: {hostname: a, port: 1}}], fallback: false, tls: {insecureSkipVerify: false, ciphers: []}}';
    expect(problemsOf('Backend', spec)).toEqual([]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('Backend', spec)).toEqual(problems);
  });
});
