import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build/build.ts';
import { secretsOnly } from '../../src/model/build/testing/surroundings.ts';
import { parseDocuments } from '../../src/policy/parse.ts';
import { explainPage } from './explain-page.ts';

const policy = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: small}
spec: {targets: [{provider: openai}]}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ci}
spec: {hash: "sha256:${'0'.repeat(64)}"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: inner}
spec: {listeners: [{name: http, port: 8080, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: outer}
spec: {listeners: [{name: http, port: 8081, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {parentRefs: [{name: inner}, {name: outer}], rules: [{timeouts: {request: 3s}, backendRefs: [{name: shop, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {ports: [{port: 80}]}
`;

const { gateways } = buildModel(parseDocuments(policy, 'policy.yaml', '.').documents, secretsOnly());

function ask(query: string): unknown {
  return JSON.parse(explainPage(() => gateways)(new URLSearchParams(query)).body);
}

describe('/explain', () => {
  it('says what a request would meet', () => {
    expect(ask('key=ci&model=small&gateway=outer')).toMatchObject({
      outcome: 'served',
      targets: [{ provider: 'openai', isIn: true }],
    });
  });

  it('says with which status a request without a key, or without a model, is refused', () => {
    expect(ask('model=small&gateway=outer')).toMatchObject({ outcome: 'refused', status: 401, code: 'missing_key' });
    expect(ask('key=ci&gateway=outer')).toMatchObject({ outcome: 'refused', status: 400, code: 'missing_model' });
  });

  it('says who decides what of an HTTPRoute', () => {
    expect(ask('route=shop&gateway=outer')).toMatchObject({
      route: 'shop',
      matches: [{ decisions: [{ field: 'requestTimeout', by: { origin: 'HTTPRoute/shop', value: '3s' } }] }],
    });
  });

  it.each([
    ['route=shop', 'HTTPRoute "shop" is on several Gateways: say --gateway inner, outer.'],
    [
      'route=shops',
      'There is no HTTPRoute "shops" on any Gateway; NAMESPACE/NAME is what one outside "default" is called.',
    ],
    ['gateway=outer', 'Say which: /explain?key=NAME&model=NAME.'],
    ['key=ci&model=small', 'Say which gateway is meant; there is inner, outer.'],
    ['key=ci&model=small&gateway=other', 'There is no gateway "other"; there is inner, outer.'],
  ])('asks back where ?%s is not enough', (query, error) => {
    expect(ask(query)).toEqual({ error });
  });
});
