import { describe, expect, it } from 'vitest';
import { err, ok } from '../lib/result.ts';
import { inCluster } from '../model/build/place.ts';
import { secretsOnly } from '../model/build/testing/surroundings.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { parseDocuments } from '../policy/parse.ts';
import { decideInForce } from './in-force.ts';

const provider = (name: string): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {schema: openai, credential: {none: {}}}`;
const model = (target: string): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: ${target}}]}`;

function documents(...texts: string[]): readonly PolicyDocument[] {
  return parseDocuments(texts.join('\n---\n'), 'policy.yaml', '.').documents;
}

function targetsOf(state: ReturnType<typeof decideInForce>): (string | undefined)[] {
  return state.policy.gateways[0]?.routes.flatMap((route) => route.targets.map((target) => target.provider)) ?? [];
}

describe('decideInForce()', () => {
  const decide = (lastGood: Map<string, PolicyDocument>, ...texts: string[]) =>
    decideInForce(
      documents(...texts),
      lastGood,
      secretsOnly(() => ok('secret')),
    );

  it('keeps the last good version of a document that now refers to nothing, and says so', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    const state = decide(lastGood, provider('a'), model('typo'));
    expect(targetsOf(state)).toEqual(['a']);
    expect([...state.standIns.keys()]).toEqual(['Model/m']);
    expect(state.problems.map((problem) => problem.document)).toEqual(['Model/m']);
  });

  it.each([
    ['a Gateway that is not there', '{targetRef: {name: gone}, accessLog: {fields: full}}'],
    ['a key that is not there', '{anonymous: {key: gone}, accessLog: {fields: full}}'],
  ])('keeps a GatewayPolicy that now names %s', (_, written) => {
    const policy = (spec: string): string =>
      `apiVersion: sluice.dev/v1alpha1\nkind: GatewayPolicy\nmetadata: {name: p}\nspec: ${spec}`;
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, policy('{accessLog: {fields: full}}'));
    expect([...decide(lastGood, policy(written)).standIns.keys()]).toEqual(['GatewayPolicy/p']);
  });

  it('does not take what a document of the same name was before it was deleted', () => {
    const lastGood = new Map<string, PolicyDocument>();
    const decideMade = (createdAt: string, target: string) => {
      const made = documents(provider('a'), model(target)).map((each) => ({ ...each, createdAt }));
      return decideInForce(
        made,
        lastGood,
        secretsOnly(() => ok('secret')),
      );
    };
    decideMade('2026-01-01T00:00:00Z', 'a');
    expect(targetsOf(decideMade('2026-01-01T00:00:00Z', 'typo'))).toEqual(['a']);
    const { standIns } = decideMade('2026-01-01T00:00:01Z', 'typo');
    expect([...standIns]).toEqual([]);
    expect(lastGood.has('Model/m')).toBe(false);
  });

  it('knows a gateway that is written, also while it is held back', () => {
    const api = 'apiVersion: gateway.networking.k8s.io/v1';
    const written = documents(
      `${api}\nkind: GatewayClass\nmetadata: {name: sluice}\nspec: {controllerName: sluice.dev/gateway-controller}`,
      `${api}\nkind: Gateway\nmetadata: {name: g, namespace: default}
spec: {gatewayClassName: sluice, listeners: [{name: http, port: 8080, protocol: HTTP}]}`,
    );
    const held = new Map([['Gateway/g', undefined]]);
    const { policy, gatewayNames } = decideInForce(written, new Map(), secretsOnly(), inCluster, held);
    expect(policy.gateways).toEqual([]);
    expect([...gatewayNames]).toEqual(['g']);
  });

  it('takes the new version as soon as it is mended', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    decide(lastGood, provider('a'), model('typo'));
    const state = decide(lastGood, provider('a'), provider('b'), model('b'));
    expect(targetsOf(state)).toEqual(['b']);
    expect(state.standIns.size).toBe(0);
  });

  it('keeps what still works of a document whose provider is gone', () => {
    const lastGood = new Map<string, PolicyDocument>();
    const twice = model('a').replace('[{provider: a}]', '[{provider: a}, {provider: b, priority: 1}]');
    decide(lastGood, provider('a'), provider('b'), twice);
    const state = decide(lastGood, provider('b'), twice);
    expect(targetsOf(state)).toEqual(['b']);
    expect(state.standIns.size).toBe(0);
    expect(state.problems).toHaveLength(1);
  });

  it('forgets documents that were removed', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    decide(lastGood, provider('a'));
    expect([...lastGood.keys()]).toEqual(['Provider/a']);
  });

  it('takes a route as it is written last, without the part that cannot be had', () => {
    const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}`;
    const route = (path: string, service: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{path: {value: ${path}}}], backendRefs: [{name: ${service}, port: 80}]}]`;
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: site}\nspec: {ports: [{port: 80}]}';
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, gateway, service, route('/old', 'site'));
    const state = decide(lastGood, gateway, service, route('/new', 'gone'));
    expect([...state.standIns.keys()]).toEqual([]);
    const [served] = state.policy.gateways[0]?.services.routes ?? [];
    expect(served).toMatchObject({ match: { path: { value: '/new' } }, action: { kind: 'fail' } });
  });

  describe('of a Gateway', () => {
    const secrets = (...known: readonly string[]) =>
      secretsOnly((source) => {
        const { name = '' } = 'secretKeyRef' in source ? source.secretKeyRef : {};
        return known.includes(name) ? ok(name) : err(`Secret ${name} is not there`);
      });
    const gateway = (...listeners: string[]): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [${listeners.join(', ')}]}`;
    const http = (port: number): string => `{name: http, port: ${port}, protocol: HTTP}`;
    const https = (secret: string, port = 443, name = 'https'): string =>
      `{name: ${name}, port: ${port}, protocol: HTTPS, tls: {certificateRefs: [{name: ${secret}}]}}`;
    const listenersOf = ({ policy }: ReturnType<typeof decideInForce>) =>
      policy.gateways[0]?.listeners.map(({ name, port }) => `${name} ${port}`);
    const certificatesOf = ({ policy }: ReturnType<typeof decideInForce>) =>
      policy.gateways[0]?.secrets.flatMap((each) => (each.kind === 'certificate' ? [each.certificate] : []));

    it('takes everything as it is written, but for a listener whose certificate is not there yet', () => {
      const lastGood = new Map<string, PolicyDocument>();
      decideInForce(documents(gateway(http(80))), lastGood, secrets('one'));
      const written = documents(gateway(http(8080), https('late'), https('one', 8443, 'other')));
      const state = decideInForce(written, lastGood, secrets('one'));
      expect(listenersOf(state)).toEqual(['http 8080', 'other 8443']);
      expect([...state.standIns]).toEqual([]);
      expect(listenersOf(decideInForce(written, lastGood, secrets('one', 'late')))).toContain('https 443');
    });

    it('keeps the certificate that a listener had, on the port that is written now', () => {
      const lastGood = new Map<string, PolicyDocument>();
      const before = documents(gateway(http(80), https('one')));
      decideInForce(before, lastGood, secrets('one'));
      const written = documents(gateway(http(8080), https('typo', 8443)));
      const state = decideInForce(written, lastGood, secrets('one'));
      expect(listenersOf(state)).toEqual(['http 8080', 'https 8443']);
      expect(certificatesOf(state)).toEqual(['one']);
      expect([...state.standIns]).toEqual([[before[0]?.id, before[0]]]);
      // Unchanged documents keep their identity.
      expect(decideInForce(written, lastGood, secrets('one')).documents[0]).toBe(state.documents[0]);
    });

    it('has none that stands in where what it had is gone, too', () => {
      const lastGood = new Map<string, PolicyDocument>();
      decideInForce(documents(gateway(http(80), https('one'))), lastGood, secrets('one'));
      const state = decideInForce(documents(gateway(http(8080), https('one'))), lastGood, secrets());
      expect(listenersOf(state)).toEqual(['http 8080']);
      expect([...state.standIns]).toEqual([]);
    });

    const validated = (port: number, ca: string): string =>
      gateway(https('one', port)).replace(
        '}]}}]}',
        `}]}}], tls: {frontend: {default: {}, perPort: [{port: ${port}, tls: {validation: {caCertificateRefs: [{group: "", kind: Secret, name: ${ca}}]}}}]}}}`,
      );

    it('lets nobody in by a new host whose clients cannot be judged, where the port had been open to everybody', () => {
      const lastGood = new Map<string, PolicyDocument>();
      const before = gateway(https('one')).replace('port: 443', 'port: 443, hostname: open.example.com');
      decideInForce(documents(before), lastGood, secrets('one', 'ca'));
      const added = https('one', 443, 'private').replace('port: 443', 'port: 443, hostname: private.example.com');
      const [first = ''] = /\{name: https.*?\}\]\}\}/.exec(before) ?? [];
      const written = validated(443, 'typo').replace(https('one'), `${first}, ${added}`);
      const state = decideInForce(documents(written), lastGood, secrets('one', 'ca'));
      expect(state.problems.map(({ reason }) => reason)).toContain('SecretNotFound');
      expect(listenersOf(state)).toEqual([]);
    });

    it.each([
      ['its clients', 443, 1],
      ['its clients, which on another port would be everybody’s', 8443, 0],
    ])('keeps who may sign the certificates of %s', (_, port, open) => {
      const lastGood = new Map<string, PolicyDocument>();
      const authority = { ...secrets('one', 'ca') };
      const first = decideInForce(documents(validated(443, 'ca')), lastGood, authority);
      expect(first.problems).toEqual([]);
      const state = decideInForce(documents(validated(port, 'typo')), lastGood, authority);
      expect(state.policy.gateways[0]?.listeners).toHaveLength(open);
      for (const { tls } of state.policy.gateways[0]?.listeners ?? []) expect(tls?.clientCa).toBeDefined();
    });
  });
});
