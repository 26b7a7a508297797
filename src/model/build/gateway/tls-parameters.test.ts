import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const tls = 'tls: {certificateRefs: [{name: edge}]}';
const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  listeners:
  - {name: a, port: 8443, protocol: HTTPS, ${tls}}
  - {name: b, port: 9443, protocol: HTTPS, ${tls}}
  - {name: plain, port: 8080, protocol: HTTP}
`;

const policy = (name: string, written: string, section = ''): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: ${name}}
spec: {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge${section}}, tls: {${written}}}
`;
const ofGateway = (written: string) => policy('all', written);
const ofListener = (written: string) => policy('one', written, ', sectionName: a');

const surroundings = secretsOnly((source) => ('secretKeyRef' in source ? ok('text') : err('none')));

function build(...policies: readonly string[]) {
  const { documents, problems } = parseDocuments(gateway + policies.join(''), 'policy.yaml', '.');
  expect(problems).toEqual([]);
  const built = buildModel(documents, surroundings);
  const listeners = built.gateways[0]?.listeners ?? [];
  return {
    parameters: listeners.map((listener) => listener.tls?.parameters),
    origins: listeners.map(({ origins }) => origins),
    problems: built.problems
      .filter(({ document }) => document?.startsWith('ClientTrafficPolicy'))
      .map(({ document, path, message }) => [document, path, message]),
  };
}

describe('how clients speak TLS', () => {
  it('is the gateway’s own where nobody says anything, and where only empty lists and Auto are written', () => {
    expect(build().parameters).toEqual([undefined, undefined, undefined]);
    expect(build(ofGateway('ciphers: [], alpnProtocols: []')).parameters).toEqual([undefined, undefined, undefined]);
    expect(build(ofGateway('minVersion: Auto')).parameters).toEqual([undefined, undefined, undefined]);
  });

  it('is said for all listeners with TLS, and field by field otherwise for one', () => {
    const built = build(
      ofGateway('minVersion: "1.3", ecdhCurves: [X25519], alpnProtocols: [h2]'),
      ofListener('minVersion: Auto, alpnProtocols: [http/1.1], ecdhCurves: [], signatureAlgorithms: [ed25519]'),
    );
    expect(built.parameters).toEqual([
      { ecdhCurves: ['X25519'], alpnProtocols: ['http/1.1'], signatureAlgorithms: ['ed25519'] },
      { minVersion: '1.3', ecdhCurves: ['X25519'], alpnProtocols: ['h2'] },
      undefined,
    ]);
    expect(built.origins).toEqual([
      ['Gateway/edge', 'ClientTrafficPolicy/one', 'ClientTrafficPolicy/all'],
      ['Gateway/edge', 'ClientTrafficPolicy/all'],
      ['Gateway/edge'],
    ]);
    expect(built.problems).toEqual([]);
  });

  it('is an error of the closer policy where both together leave no version', () => {
    const built = build(ofGateway('minVersion: "1.3"'), ofListener('maxVersion: "1.2"'));
    expect(built.problems).toEqual([
      [
        'ClientTrafficPolicy/one',
        'spec.tls',
        'nobody can come by listener "a": maxVersion 1.2 is below minVersion 1.3',
      ],
    ]);
    expect(built.parameters[0]).toEqual({ minVersion: '1.3', maxVersion: '1.2' });
  });
});
