import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  [
    '{tls: {backend: {clientCertificateRef: {name: own}}}, listeners: [{name: http, port: 80, protocol: HTTP}]}',
    'warning spec.tls.backend is not served yet: what a backend is shown is said by Backend.spec.tls.clientCertificateRef — remove it; the rest is in force',
  ],
  ['{}', 'error spec.listeners is missing — add listeners: ports that the gateway opens'],
  ['{listeners: []}', 'error spec.listeners is empty — add {name: http, port: 10080, protocol: HTTP}'],
  [
    '{listeners: [{name: http, port: 80}]}',
    'error spec.listeners[0].protocol is missing — add protocol: HTTP or HTTPS',
  ],
  [
    '{listeners: [{name: http, port: 0, protocol: HTTP}]}',
    'error spec.listeners[0].port 0 is less than 1 — write a whole number from 1 to 65535',
  ],
  [
    '{listeners: [{name: http, port: 70000, protocol: HTTP}]}',
    'error spec.listeners[0].port 70000 is more than 65535 — write a whole number from 1 to 65535',
  ],
  [
    '{listeners: [{name: http, port: http, protocol: HTTP}]}',
    'error spec.listeners[0].port "http" is not a whole number — write a whole number from 1 to 65535',
  ],
  [
    '{listeners: [{name: http, port: 80, protocol: http}]}',
    'error spec.listeners[0].protocol "http" is not a possible value — write HTTP; served: HTTP or HTTPS',
  ],
  [
    '{listeners: [{name: http, port: 80, protocol: TCP}]}',
    'error spec.listeners[0].protocol TCP is not served: the gateway speaks HTTP — write HTTP or HTTPS',
  ],
  [
    '{listeners: [{name: HTTP_1, port: 80, protocol: HTTP}]}',
    'error spec.listeners[0].name "HTTP_1" is not a name — use lower-case letters, digits, - and ., beginning and ending with a letter or digit',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS}]}',
    'error spec.listeners[0].tls is missing: HTTPS needs a certificate — add tls: {options: {sluice.dev/certificate-file: tls.crt, sluice.dev/key-file: tls.key}}, or write protocol: HTTP',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {}}]}',
    'error spec.listeners[0].tls names no certificate — in a folder add options: {sluice.dev/certificate-file: tls.crt, sluice.dev/key-file: tls.key}',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {options: {sluice.dev/certificate-file: a}}}]}',
    'error spec.listeners[0].tls.options["sluice.dev/key-file"] is missing — give certificate and key together',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {options: {sluice.dev/cert-file: a, sluice.dev/key-file: b}}}]}',
    'error spec.listeners[0].tls.options["sluice.dev/cert-file"] is not a known field — remove it; known here: sluice.dev/certificate-file or sluice.dev/key-file',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}]}',
    'error spec.listeners[0].tls.mode Passthrough is not served: the gateway must read requests — write Terminate',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{kind: ConfigMap, name: a}]}}]}',
    'error spec.listeners[0].tls.certificateRefs[0].kind "ConfigMap" is not a possible value — write Secret',
  ],
  [
    '{listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{group: x, name: a}]}}]}',
    'error spec.listeners[0].tls.certificateRefs[0].group "x" is not the core group — remove it',
  ],
  [
    '{listeners: [{name: http, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: a}]}}]}',
    'error spec.listeners[0].tls is given, but the protocol is HTTP — write protocol: HTTPS, or remove tls',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}]}',
    'error spec.listeners[1].name a is the name of another listener — give each its own name',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}]}',
    'error spec.listeners[1].hostname is that of listener a, too, on port 80 — give them different ports or hostnames',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: a}]}}]}',
    'error spec.listeners[1].port 80 is HTTP for listener a — give HTTP and HTTPS different ports',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP, hostname: "*"}]}',
    'error spec.listeners[0].hostname "*" is not a host name — write a host name in lower case; *. may stand in front: *.example.com',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP, hostname: "a.*.example"}]}',
    'error spec.listeners[0].hostname "a.*.example" is not a host name — write a host name in lower case; *. may stand in front: *.example.com',
  ],
  [
    '{addresses: [{value: localhost}], listeners: [{name: a, port: 80, protocol: HTTP}]}',
    'error spec.addresses[0].value "localhost" is not an IP address — write an address such as 127.0.0.1 or ::',
  ],
  [
    '{addresses: [{value: 1.1.1.1}, {value: 1.1.1.2}], listeners: [{name: a, port: 80, protocol: HTTP}]}',
    'error spec.addresses has 2 entries, which is more than 1 — give at most 1',
  ],
  [
    '{gatewayclass: x, listeners: [{name: a, port: 80, protocol: HTTP}]}',
    'error spec.gatewayclass is not a known field — write gatewayClassName',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector}}}]}',
    'error spec.listeners[0].allowedRoutes.namespaces.selector is missing: from is Selector — add selector: {matchLabels: …}',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {selector: {}}}}]}',
    'error spec.listeners[0].allowedRoutes.namespaces.selector is given, but from is Same — write from: Selector, or remove selector',
  ],
  [
    '{listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: In}]}}}}]}',
    'error spec.listeners[0].allowedRoutes.namespaces.selector.matchExpressions[0].values is empty, and In compares — add the values: [prod]',
  ],
  [
    '{allowedListeners: {namespaces: {from: All}}, listeners: [{name: a, port: 80, protocol: HTTP}]}',
    'error spec.allowedListeners is not served: all listeners stand in the Gateway — remove it',
  ],
  [
    '{tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}, listeners: [{name: a, port: 80, protocol: HTTP}]}',
    'error spec.tls.frontend.perPort[1].port 1 stands here twice — remove one of them',
  ],
];

const fromSame = { kinds: [], namespaces: { from: 'Same' } };

describe('Gateway', () => {
  it('needs nothing but a listener', () => {
    expect(specOf('Gateway', '{listeners: [{name: http, port: 10080, protocol: HTTP}]}')).toEqual({
      addresses: [],
      infrastructure: { annotations: {}, labels: {} },
      listeners: [{ name: 'http', port: 10_080, protocol: 'HTTP', allowedRoutes: fromSame, position: 0 }],
      tls: {},
    });
  });

  it('leaves it open which address it has, though not of which type', () => {
    const spec = '{addresses: [{type: IPAddress}], listeners: [{name: http, port: 10080, protocol: HTTP}]}';
    expect(specOf('Gateway', spec)).toMatchObject({ addresses: [{ type: 'IPAddress' }] });
  });

  it('takes certificates from files and from Secrets', () => {
    const spec = `
      gatewayClassName: sluice
      addresses: [{value: 127.0.0.1}]
      listeners:
      - name: https
        hostname: "*.example.com"
        port: 443
        protocol: HTTPS
        tls:
          mode: Terminate
          certificateRefs: [{name: edge-tls}, {kind: Secret, group: "", name: other, namespace: certs}]
          options: {sluice.dev/certificate-file: tls.crt, sluice.dev/key-file: tls.key}`;
    expect(specOf('Gateway', spec)).toMatchObject({
      gatewayClassName: 'sluice',
      addresses: [{ type: 'IPAddress', value: '127.0.0.1' }],
      listeners: [
        {
          name: 'https',
          hostname: '*.example.com',
          port: 443,
          protocol: 'HTTPS',
          tls: {
            certificates: [
              { certificate: { file: 'tls.crt' }, key: { file: 'tls.key' } },
              secretPair({ name: 'edge-tls' }),
              secretPair({ name: 'other', namespace: 'certs' }),
            ],
          },
        },
      ],
    });
  });

  it('may serve several hosts on one port', () => {
    const listeners = '[{name: a, port: 80, protocol: HTTP, hostname: a.example}, {name: b, port: 80, protocol: HTTP}]';
    expect(problemsOf('Gateway', `{listeners: ${listeners}}`)).toEqual([]);
  });

  it('loses a listener that is wrong, and keeps the others', () => {
    const spec = `{listeners: [
      {name: raw, port: 9000, protocol: TCP},
      {name: a, port: 80, protocol: HTTP},
      {name: secure, port: 443, protocol: HTTPS, tls: {certificateRefs: [{kind: ConfigMap, name: a}]}},
      {name: again, port: 80, protocol: HTTP},
      {name: b, port: 81, protocol: HTTP}]}`;
    const listeners = [
      { name: 'a', position: 1 },
      { name: 'b', position: 4 },
    ];
    expect(specOf('Gateway', spec)).toMatchObject({ listeners });
    expect(parseSpec('Gateway', spec).problems.map(({ path, reason }) => [path, reason])).toEqual([
      ['spec.listeners[0].protocol', 'UnsupportedValue'],
      ['spec.listeners[2].tls.certificateRefs[0].kind', 'InvalidKind'],
      ['spec.listeners[3].hostname', 'Conflicted'],
    ]);
  });

  it('stays as it was if no listener is right', () => {
    expect(parseSpec('Gateway', '{listeners: [{name: raw, port: 9000, protocol: TCP}]}').documents).toEqual([]);
  });

  it('says which routes may attach, and what is made for it in a cluster', () => {
    const spec = `
      infrastructure:
        labels: {team: platform, tier: ""}
        annotations: {example.com/note: any text}
        parametersRef: {group: sluice.dev, kind: GatewayParameters, name: large}
      listeners:
      - name: a
        port: 80
        protocol: HTTP
        allowedRoutes:
          kinds: [{kind: HTTPRoute}, {group: aigateway.envoyproxy.io, kind: AIGatewayRoute}]
          namespaces: {from: Selector, selector: {matchLabels: {team: a}, matchExpressions: [{key: b, operator: Exists}]}}`;
    expect(specOf('Gateway', spec)).toMatchObject({
      infrastructure: {
        labels: { team: 'platform', tier: '' },
        annotations: { 'example.com/note': 'any text' },
        parametersRef: { group: 'sluice.dev', kind: 'GatewayParameters', name: 'large' },
      },
      listeners: [
        {
          allowedRoutes: {
            kinds: [
              { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
              { group: 'aigateway.envoyproxy.io', kind: 'AIGatewayRoute' },
            ],
            namespaces: {
              from: 'Selector',
              selector: {
                matchLabels: { team: 'a' },
                matchExpressions: [{ key: 'b', operator: 'Exists', values: [] }],
              },
            },
          },
        },
      ],
    });
  });

  it('asks clients for certificates', () => {
    const spec = `
      tls:
        frontend:
          default: {validation: {caCertificateRefs: [{kind: ConfigMap, name: clients}]}}
          perPort: [{port: 8443, tls: {validation: {caCertificateRefs: [{kind: Secret, name: other, namespace: certs}], mode: AllowInsecureFallback}}}]
      listeners: [{name: a, port: 80, protocol: HTTP}]`;
    expect(specOf('Gateway', spec)).toMatchObject({
      tls: {
        frontend: {
          default: {
            validation: {
              caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }],
              mode: 'AllowValidOnly',
            },
          },
          perPort: [
            {
              port: 8443,
              tls: {
                validation: {
                  caCertificateRefs: [{ group: '', kind: 'Secret', name: 'other', namespace: 'certs' }],
                  mode: 'AllowInsecureFallback',
                },
              },
            },
          ],
        },
      },
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Gateway', spec)).toEqual([problem]);
  });
});

function secretPair(secret: { readonly name: string; readonly namespace?: string }): unknown {
  return {
    certificate: { secretKeyRef: { ...secret, key: 'tls.crt' } },
    key: { secretKeyRef: { ...secret, key: 'tls.key' } },
  };
}
