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
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {minVersion: "1.1"}}',
    'error spec.tls.minVersion 1.1 is not served: versions before 1.2 are broken (RFC 8996) — write Auto, 1.2 or 1.3',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {minVersion: 1.2}}',
    'error spec.tls.minVersion 1.2 is not a possible value — write Auto, 1.2 or 1.3',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {maxVersion: "1.4"}}',
    'error spec.tls.maxVersion "1.4" is not a possible value — write 1.2; served: Auto, 1.2 or 1.3',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {minVersion: "1.3", maxVersion: "1.2"}}',
    'error spec.tls.maxVersion 1.2 is below minVersion — raise it, or lower that',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {minVersion: "1.3", ciphers: [AES128-SHA]}}',
    'error spec.tls.ciphers have no effect with minVersion 1.3 — remove them',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ciphers: [AES128-SHA, ECDHE-RSA-AES256-SHA384]}}',
    'error spec.tls.ciphers[1] "ECDHE-RSA-AES256-SHA384" is not served — write ECDHE-RSA-AES256-GCM-SHA384',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ciphers: ["[AES128-SHA|HIGH]"]}}',
    'error spec.tls.ciphers[0] "HIGH" is not served — write ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-SHA256, ECDHE-RSA-AES128-SHA256, ECDHE-ECDSA-AES128-SHA, ECDHE-RSA-AES128-SHA, ECDHE-ECDSA-AES256-SHA, ECDHE-RSA-AES256-SHA, AES128-GCM-SHA256, AES256-GCM-SHA384, AES128-SHA or AES256-SHA',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ciphers: [TLS_AES_128_GCM_SHA256]}}',
    'error spec.tls.ciphers[0] "TLS_AES_128_GCM_SHA256" is not served — write AES128-GCM-SHA256',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ciphers: [5]}}',
    'error spec.tls.ciphers[0] 5 is not served — write ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-SHA256, ECDHE-RSA-AES128-SHA256, ECDHE-ECDSA-AES128-SHA, ECDHE-RSA-AES128-SHA, ECDHE-ECDSA-AES256-SHA, ECDHE-RSA-AES256-SHA, AES128-GCM-SHA256, AES256-GCM-SHA384, AES128-SHA or AES256-SHA',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ecdhCurves: [P-256, P-224]}}',
    'error spec.tls.ecdhCurves[1] "P-224" is not served — write X25519MLKEM768, MLKEM1024, X25519, P-256, P-384 or P-521',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {ecdhCurves: [P-256, P-256]}}',
    'error spec.tls.ecdhCurves[1] P-256 stands here twice — remove one of them',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {signatureAlgorithms: [rsa_pkcs1_sha1]}}',
    'error spec.tls.signatureAlgorithms[0] "rsa_pkcs1_sha1" is not served — write rsa_pkcs1_sha512',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {signatureAlgorithms: [ed25519, ed25519]}}',
    'error spec.tls.signatureAlgorithms[1] ed25519 stands here twice — remove one of them',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {alpnProtocols: [http/1.0]}}',
    'error spec.tls.alpnProtocols[0] http/1.0 is not served: HTTP/1.1 and HTTP/2 are spoken — write h2 or http/1.1',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {fingerprints: [JA3]}}',
    'error spec.tls.fingerprints is not served: nothing is told of how clients shake hands — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tls: {session: {resumption: {}}}}',
    'error spec.tls.session is not served: Envoy’s own values are used — remove it',
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

  it('takes every name that it offers, several of one rank, and lists that ask for nothing', () => {
    const target = '{group: gateway.networking.k8s.io, kind: Gateway, name: a}';
    const tls = {
      minVersion: '1.2',
      maxVersion: '1.2',
      ciphers: ['[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-RSA-AES128-GCM-SHA256]', 'AES256-SHA'],
      ecdhCurves: ['X25519MLKEM768', 'X25519', 'P-256'],
      signatureAlgorithms: ['ed25519'],
      alpnProtocols: ['http/1.1'],
    };
    const read = (value: object) =>
      specOf('ClientTrafficPolicy', `{targetRef: ${target}, tls: ${JSON.stringify(value)}}`);
    expect(read(tls)).toMatchObject({ tls });
    expect(read({ minVersion: '1.3', ciphers: [] })).toMatchObject({ tls: { minVersion: '1.3' } });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('ClientTrafficPolicy', spec)).toEqual(problems);
  });
});
