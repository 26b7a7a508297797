import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec is for nothing — add targetRefs: [{group: …, kind: …, name: …}]'],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}}',
    'error spec.targetRef.kind HTTPRoute is nothing that this policy can be for — write Gateway',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, connection: {bufferLimit: 50MB}}',
    'error spec.connection.bufferLimit "50MB" is not a size — write a size such as 50Mi',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, connection: {bufferLimit: 0}}',
    'error spec.connection.bufferLimit 0 is not between 1 and 4Gi — write a size such as 50Mi',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, connection: {bufferLimit: 100Gi}}',
    'error spec.connection.bufferLimit "100Gi" is not between 1 and 4Gi — write a size such as 50Mi',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, connection: {connectionLimit: {value: 10}}}',
    'error spec.connection.connectionLimit is not served: connections are not counted — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {clientValidation: {mode: Request}}}',
    'error spec.tls.clientValidation.mode Request is not served: a certificate that nobody verifies says nothing — write VerifyIfGiven or RequireAndVerify',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {clientValidation: {crl: {refs: []}}}}',
    'error spec.tls.clientValidation.crl is not served: certificates live briefly instead of being revoked — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {minVersion: "1.3"}}',
    'error spec.tls.minVersion is not served: versions and algorithms are those of Envoy — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, timeout: {http: {requestReceivedTimeout: 1s}}}',
    'error spec.timeout is not served: an answer may take as long as its route says — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, http3: {}}',
    'error spec.http3 is not served: HTTP/3 is not spoken — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, clientIPDetection: {xForwardedFor: {numTrustedHops: 1}}}',
    'error spec.clientIPDetection is not served: callers are known by their keys — remove it',
  ],
];

describe('ClientTrafficPolicy', () => {
  it.each([
    ['50Mi', 52_428_800],
    ['1.5Ki', 1536],
    ['64k', 64_000],
    [32_768, 32_768],
  ])('takes %s for a size', (written, bytes) => {
    const target = '{group: gateway.networking.k8s.io, kind: Gateway, name: a}';
    expect(
      specOf('ClientTrafficPolicy', `{targetRef: ${target}, connection: {bufferLimit: ${written}}}`),
    ).toMatchObject({
      connection: { bufferLimit: bytes },
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('ClientTrafficPolicy', spec)).toEqual(problems);
  });
});
