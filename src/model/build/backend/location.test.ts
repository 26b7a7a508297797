import { describe, expect, it } from 'vitest';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';
import { withModelOf } from './testing/model-of-backend.ts';

const backend = (endpoints: string, more = '', place = 'name: b'): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {${place}}
spec: {endpoints: [${endpoints}]${more}}
---
`;

const toBackend = 'group: gateway.envoyproxy.io, kind: Backend, name: b';

const service = (spec: string): string => `
apiVersion: v1
kind: Service
metadata: {name: s}
spec: ${spec}
---
`;

/** One model, served by a backend that is what `ref` names. */
function build(there: string, ref = toBackend) {
  const { gateways, problems } = buildModel(withModelOf(there, ref), secretsOnly());
  return {
    provider: gateways[0]?.providers[0],
    problems: problems
      .filter(({ document, severity }) => document.startsWith('AIServiceBackend/') && severity === 'error')
      .map(({ path, reason, message }) => [path, reason, message]),
  };
}

const fqdn = (hostname: string) => `{fqdn: {hostname: ${hostname}, port: 8000}}`;
const ip = (address: string) => `{ip: {address: "${address}", port: 8000}}`;

describe('a backend', () => {
  it.each([
    ...['10.1.2.3', '127.0.0.1', '192.168.0.1', '172.16.0.1', '172.31.0.1', '::1', 'fd00::1', 'fc00::1'].map(ip),
    ...['localhost', 'vllm.team.svc', 'vllm.team.svc.cluster.local'].map(fqdn),
  ])('is private inside: %s', (endpoint) => {
    expect(build(backend(endpoint)).provider?.isPrivate).toBe(true);
  });

  it.each([
    ...['11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '2001:db8::1', '::2'].map(ip),
    ...['example.com', 'svc.example.com', 'notlocalhost.com', 'vllm.svc.example'].map(fqdn),
  ])('is not private outside: %s', (endpoint) => {
    expect(build(backend(endpoint)).provider?.isPrivate).toBe(false);
  });

  it.each([
    ['first', `${ip('11.0.0.1')}, ${ip('10.0.0.1')}`],
    ['last', `${ip('10.0.0.1')}, ${ip('11.0.0.1')}`],
  ])('is not private while one of its endpoints is outside, the %s', (_, endpoints) => {
    expect(build(backend(endpoints)).provider?.isPrivate).toBe(false);
  });

  it('has all its endpoints, by the names that they are to be asked for', () => {
    const named = '{ip: {address: 10.0.0.1, port: 8000}, hostname: one.test}';
    const { provider } = build(backend(`${named}, {ip: {address: 10.0.0.2, port: 8001}}`));
    expect(provider?.endpoint).toMatchObject({ host: '10.0.0.1', port: 8000, hostname: 'one.test' });
    expect(provider?.moreEndpoints).toEqual([{ host: '10.0.0.2', port: 8001 }]);
  });

  it('speaks HTTP/2 without TLS where its protocol is h2c', () => {
    const isPlainHttp2 = (there: string, ref?: string) => build(there, ref).provider?.isPlainHttp2 === true;
    expect(isPlainHttp2(backend(ip('10.0.0.1'), ', appProtocols: [gateway.envoyproxy.io/h2c]'))).toBe(true);
    expect(isPlainHttp2(backend(ip('10.0.0.1')))).toBe(false);
    const ref = 'name: s, port: 80';
    expect(isPlainHttp2(service('{ports: [{port: 80, appProtocol: kubernetes.io/h2c}]}'), ref)).toBe(true);
    expect(isPlainHttp2(service('{ports: [{port: 80, appProtocol: http}]}'), ref)).toBe(false);
  });
});

describe('a backend that cannot be reached', () => {
  const path = 'spec.backendRef';

  it.each([
    ['no Backend', '', toBackend, 'Backend "b" does not exist'],
    ['no Service', '', 'name: s, port: 80', 'Service "s" does not exist'],
    ['no port', service('{ports: [{port: 81}]}'), 'name: s, port: 80', 'Service "s" has no port 80'],
  ])('is %s', (_, there, ref, message) => {
    const { provider, problems } = build(there, ref);
    expect(provider).toBeUndefined();
    expect(problems).toContainEqual([path, 'BackendNotFound', message]);
  });

  it.each([
    ['for UDP', '{port: 80, protocol: UDP}', 'UDP'],
    ['for SCTP', '{port: 80, protocol: SCTP}', 'SCTP'],
    ['of a database', '{port: 80, appProtocol: postgresql}', 'postgresql'],
    ['of a database, in other letters', '{port: 80, appProtocol: MySQL}', 'MySQL'],
  ])('is a port %s', (_, port, spoken) => {
    const { provider, problems } = build(service(`{ports: [${port}]}`), 'name: s, port: 80');
    const message = `Service "s" says that ${spoken} is spoken on its port 80, which is not HTTP`;
    expect(provider).toBeUndefined();
    expect(problems).toContainEqual([path, 'UnsupportedProtocol', message]);
  });

  it('is none where the same port is there for TCP, or what is spoken has a word that nobody knows', () => {
    const both = '{ports: [{port: 80, protocol: UDP}, {port: 80, appProtocol: our-api}]}';
    expect(build(service(both), 'name: s, port: 80').problems).toEqual([]);
  });

  it('is one of another namespace whose owner permits it to other kinds only', () => {
    const far = backend(ip('10.0.0.1'), '', 'name: b, namespace: other');
    const grant = (to: string) => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: other}
spec:
  from: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, namespace: default}]
  to: [${to}]
---
`;
    const ref = `${toBackend}, namespace: other`;
    const refused = build(far + grant('{group: "", kind: Service}'), ref);
    expect(refused.provider).toBeUndefined();
    expect(refused.problems).toContainEqual([path, 'RefNotPermitted', expect.stringContaining('"other"')]);
    const permitted = build(far + grant('{group: gateway.envoyproxy.io, kind: Backend}'), ref);
    expect(permitted.provider?.endpoint.host).toBe('10.0.0.1');
  });
});
