import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';
import { withModelOf } from './testing/model-of-backend.ts';

const service = (appProtocol: string): string => `
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{name: web, port: 8443, appProtocol: ${appProtocol}}, {name: plain, port: 80}]}
---
`;

const policy = (target: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: p}
spec: {targetRefs: [{group: "", kind: Service, name: s${target}}], validation: {hostname: s.test, wellKnownCACertificates: System}}
---
`;

const ref = 'name: s, port: 8443';
const reason = 'UnsupportedProtocol';

function provider(there: string) {
  const { gateways, problems } = buildModel(withModelOf(there, ref), secretsOnly());
  const errors = problems.filter(({ document, severity }) => document === 'AIServiceBackend/a' && severity === 'error');
  return { provider: gateways[0]?.providers[0], errors };
}

const route = (backendRefs: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [${backendRefs}]}]}
`;

function services(there: string, refs = `{${ref}}`) {
  const { documents } = parseDocuments(there + route(refs), 'policy.yaml', '.');
  const { gateways, problems } = buildModel(documents, secretsOnly());
  const all = gateways[0]?.services;
  return {
    action: all?.routes[0]?.action,
    backends: all?.backends,
    said: problems.map((one) => [one.path, one.reason]),
  };
}

describe('a port of a Service that speaks TLS', () => {
  it.each(['https', 'HTTPS', 'kubernetes.io/wss', 'wss', 'grpcs', 'tls', 'ssl'])(
    'is not called in plain text: %s',
    (word) => {
      const { action, backends, said } = services(service(word));
      expect(action).toEqual({ kind: 'fail', status: 500 });
      expect(backends).toEqual([]);
      expect(said).toEqual([['spec.rules[0].backendRefs[0]', reason]]);
      expect(provider(service(word))).toEqual({
        provider: undefined,
        errors: [
          expect.objectContaining({
            path: 'spec.backendRef',
            message: `Service "s" says that ${word} is spoken on its port, which is TLS, and no BackendTLSPolicy for it says how its certificate is checked`,
            reason,
          }),
        ],
      });
    },
  );

  it.each([
    ['the Service', ''],
    ['its port', ', sectionName: web'],
  ])('is called as a policy for %s says', (_, target) => {
    const there = service('https') + policy(target);
    const { backends, said } = services(there);
    expect(said).toEqual([]);
    expect(backends?.map(({ tls }) => tls?.serverName)).toEqual(['s.test']);
    expect(provider(there)).toMatchObject({ provider: { tls: { serverName: 's.test' } }, errors: [] });
  });

  it('is not called by a policy for another port', () => {
    expect(services(service('https') + policy(', sectionName: plain')).said).toEqual([
      ['spec.rules[0].backendRefs[0]', reason],
    ]);
  });

  it('keeps its share of the requests, which fail', () => {
    const { action } = services(service('https'), `{${ref}}, {name: s, port: 80}`);
    expect(action).toMatchObject({
      kind: 'forward',
      backends: [{ weight: 1 }, { weight: 1, cluster: expect.any(String) }],
    });
    expect(action).not.toHaveProperty('backends.0.cluster');
  });

  it('is none where it says HTTP, or a word that nobody knows', () => {
    for (const word of ['http', 'kubernetes.io/ws', 'kubernetes.io/h2c', 'grpc', 'our-api']) {
      expect(services(service(word))).toMatchObject({ action: { kind: 'forward' }, said: [] });
    }
  });
});
