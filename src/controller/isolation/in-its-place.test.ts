import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../policy/document.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { canBeHeldBack, inItsPlace } from './in-its-place.ts';

function read(apiVersion: string, kind: string, spec: unknown): PolicyDocument {
  const text = JSON.stringify({ apiVersion, kind, metadata: { name: 'a' }, spec });
  const [document] = parseDocuments(text, 'policy.yaml', '.').documents;
  if (document === undefined) throw new Error(`not read: ${text}`);
  return document;
}

const target = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'r' };
const envoyGateway = 'gateway.envoyproxy.io/v1alpha1';
const route = read('gateway.networking.k8s.io/v1', 'HTTPRoute', {
  parentRefs: [{ name: 'g' }],
  rules: [
    {
      matches: [{ path: { value: '/a' } }],
      backendRefs: [{ name: 's', port: 80 }],
      filters: [{ type: 'CORS', cors: { allowOrigins: ['*'] } }],
    },
  ],
});
const cors = { allowOrigins: ['https://a.example.com'] };
const guard = read(envoyGateway, 'SecurityPolicy', {
  targetRefs: [target],
  cors,
  jwt: { providers: [{ name: 'p', issuer: 'i', remoteJWKS: { uri: 'https://a.example.com/keys' } }] },
});
const courtesy = read(envoyGateway, 'SecurityPolicy', { targetRefs: [target], cors });
const retries = read(envoyGateway, 'BackendTrafficPolicy', { targetRefs: [target], retry: { numRetries: 1 } });
const model = read('sluice.dev/v1alpha1', 'Model', { targets: [{ provider: 'p' }] });
const gatewayPolicy = read('sluice.dev/v1alpha1', 'GatewayPolicy', { accessLog: { fields: 'full' } });

describe('inItsPlace()', () => {
  it('takes an older version where there is one that is not refused too', () => {
    const older = { ...guard, hash: 'older' };
    expect(inItsPlace(guard, older, false)).toBe(older);
    expect(inItsPlace(guard, older, true)).toMatchObject({ hash: guard.hash, isBarrier: true });
    expect(inItsPlace(route, { ...route, hash: 'older' }, true)).toBeUndefined();
  });

  it('has a route answer for its matches and lead nowhere, or leaves it out', () => {
    const closed = inItsPlace(route, undefined, false);
    expect(closed?.spec).toMatchObject({
      rules: [{ matches: [{ path: { value: '/a' } }], backendRefs: [], filters: [] }],
    });
    expect(closed?.hash).toBe(route.hash);
    expect(inItsPlace(route, undefined, true)).toBeUndefined();
  });

  it.each([false, true])(
    'lets nobody past a guard of which nothing older is known (refused too: %s)',
    (isRefusedToo) => {
      const barrier = inItsPlace(guard, undefined, isRefusedToo);
      expect(barrier).toMatchObject({ id: guard.id, isBarrier: true, spec: { targetRefs: [{ name: 'r' }] } });
      expect(barrier?.spec).not.toHaveProperty('jwt');
      expect(barrier?.spec).not.toHaveProperty('cors');
    },
  );

  it('leaves out what guards nothing', () => {
    for (const document of [courtesy, retries, model]) {
      expect(inItsPlace(document, undefined, false)).toBeUndefined();
    }
  });
});

it('holds back what a gateway is made of only where an older version can take its place', () => {
  expect([route, guard, courtesy, retries, model].map((each) => canBeHeldBack(each, undefined))).toEqual(
    Array.from({ length: 5 }, () => true),
  );
  expect(canBeHeldBack(gatewayPolicy, undefined)).toBe(false);
  expect(canBeHeldBack(gatewayPolicy, { ...gatewayPolicy, hash: 'older' })).toBe(true);
});
