import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec is for nothing — add targetRefs: [{group: …, kind: …, name: …}]'],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, apiKeyAuth: {}}',
    'error spec.apiKeyAuth.credentialRefs is missing — add credentialRefs: secrets whose entries are clients and their keys',
    'error spec.apiKeyAuth.extractFrom is missing — add extractFrom: where a request has its key',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, apiKeyAuth: {credentialRefs: [], extractFrom: [{headers: [a]}]}}',
    'error spec.apiKeyAuth.credentialRefs is empty — name a Secret with keys',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, apiKeyAuth: {credentialRefs: [{name: a}], extractFrom: []}}',
    'error spec.apiKeyAuth.extractFrom is empty — add {headers: [x-api-key]}',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, apiKeyAuth: {credentialRefs: [{name: a}], extractFrom: [{params: [key]}]}}',
    'error spec.apiKeyAuth.extractFrom[0].params is not served: keys in addresses end up in logs — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, apiKeyAuth: {credentialRefs: [{name: a, kind: ConfigMap}], extractFrom: [{headers: [a]}]}}',
    'error spec.apiKeyAuth.credentialRefs[0].kind "ConfigMap" is not a possible value — write Secret',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {}}',
    'error spec.jwt.providers is missing — add providers: whose tokens are accepted',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: []}}',
    'error spec.jwt.providers is empty — name an issuer of tokens',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a}]}}',
    'error spec.jwt.providers[0] has none of remoteJWKS or localJWKS — add remoteJWKS: {uri: …}',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, remoteJWKS: {uri: "https://a.example"}, localJWKS: {inline: a}}]}}',
    'error spec.jwt.providers[0] remoteJWKS and localJWKS are given together — keep exactly one of remoteJWKS or localJWKS',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, remoteJWKS: {uri: keys}}]}}',
    'error spec.jwt.providers[0].remoteJWKS.uri "keys" is not an address — write an address such as https://login.example.com/.well-known/jwks.json',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, remoteJWKS: {uri: "https://a.example/keys", cacheDuration: 0s}}]}}',
    'error spec.jwt.providers[0].remoteJWKS.cacheDuration is no time at all — write 1ms or more',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, remoteJWKS: {uri: "https://a.example", backendRefs: [{name: a}]}}]}}',
    'error spec.jwt.providers[0].remoteJWKS.backendRefs is not served: the keys are fetched from their address — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, localJWKS: {type: ValueRef, inline: a}}]}}',
    'error spec.jwt.providers[0].localJWKS.inline is given, but type is ValueRef — remove it, or change type',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, jwt: {providers: [{name: a, localJWKS: {inline: a}}, {name: a, localJWKS: {inline: a}}]}}',
    'error spec.jwt.providers[1].name a stands here twice — rename one of them',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, cors: {allowOrigins: [example.com]}}',
    'error spec.cors.allowOrigins[0] "example.com" is not an origin — write scheme, host and port, such as https://app.example.com or https://*.example.com, or "*"',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, oidc: {}}',
    'error spec.oidc is not served: callers are programs that cannot log in; they show keys or tokens — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, basicAuth: {users: {name: a}}}',
    'error spec.basicAuth is not served: callers show keys or tokens, not passwords — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, extAuth: {grpc: {}}}',
    'error spec.extAuth is not served: nobody else is asked who may call — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, authorization: {defaultAction: Deny}}',
    'error spec.authorization is not served: what a caller may use is said by its ApiKey — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, cors: {allowMethods: [READ]}}',
    'error spec.cors.allowMethods[0] "READ" is not a possible value — write HEAD (possible: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH or *)',
  ],
];

describe('a SecurityPolicy that is wrong', () => {
  const target = (name: string, kind = 'HTTPRoute') =>
    `{group: gateway.networking.k8s.io, kind: ${kind}, name: ${name}}`;
  const barriersOf = (spec: string) =>
    parseSpec('SecurityPolicy', spec).barriers.map(({ isBarrier, spec: left }) => [isBarrier, left]);

  it('leaves what it is for behind, as far as that can be read', () => {
    const targets = `targetRefs: [${target('a')}, ${target('b', 'GRPCRoute')}, {}]`;
    const left = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'a' }] };
    expect(barriersOf(`{${targets}, jwtt: {}}`)).toEqual([[true, expect.objectContaining(left)]]);
    expect(barriersOf(`{targetRef: ${target('a')}, oidc: {}}`)).toEqual([[true, expect.objectContaining(left)]]);
  });

  it.each([
    `{jwt: {}}`,
    `{targetRefs: [${target('b', 'GRPCRoute')}], jwt: {}}`,
    `{targetRef: ${target('a')}, cors: 1}`,
  ])('leaves nothing of %s, which is for nothing, or guards nothing', (spec) => {
    expect(barriersOf(spec)).toEqual([]);
  });
});

describe('SecurityPolicy', () => {
  it('has keys, tokens and origins', () => {
    const spec = `{
      targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a},
      apiKeyAuth: {credentialRefs: [{name: clients}], extractFrom: [{headers: [X-Api-Key]}]},
      jwt: {providers: [{name: a, remoteJWKS: {uri: "https://a.example/keys"}}]},
      cors: {allowOrigins: ["https://*.example.com:8443", "http://localhost"]}
    }`;
    expect(specOf('SecurityPolicy', spec)).toMatchObject({
      apiKeyAuth: {
        credentialRefs: [{ group: '', kind: 'Secret', name: 'clients' }],
        extractFrom: [{ headers: ['x-api-key'] }],
      },
      jwt: {
        optional: false,
        providers: [
          {
            name: 'a',
            remoteJWKS: { uri: 'https://a.example/keys', cacheDuration: 300_000 },
            audiences: [],
            claimToHeaders: [],
          },
        ],
      },
      cors: { allowOrigins: ['https://*.example.com:8443', 'http://localhost'] },
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('SecurityPolicy', spec)).toEqual(problems);
  });
});
