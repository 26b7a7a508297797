import { describe, expect, it } from 'vitest';
import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { type DocumentsById, isSame, suspectsOf } from './suspects.ts';

const document = (id: string, hash: string, createdAt?: string): PolicyDocument => {
  const [kind, name] = id.split('/');
  return {
    id,
    kind,
    name,
    hash,
    spec: { rules: [{ path: `/of/${name}` }], count: 3 },
    ...(createdAt && { createdAt }),
  } as unknown as PolicyDocument;
};
const all = (...documents: readonly PolicyDocument[]): DocumentsById =>
  new Map(documents.map((each) => [each.id, each]));

const [route, other, model, gatewayPolicy] = ['HTTPRoute/a', 'HTTPRoute/b', 'Model/m', 'GatewayPolicy/p'] as const;
const gateway = {
  services: { routes: [{ origins: [other, 'SecurityPolicy/s'] }, { origins: [route] }] },
  routes: [{ origins: [model] }],
  listeners: [{ origins: ['Gateway/g'] }],
  filters: [{ origins: ['EnvoyExtensionPolicy/e'] }],
  settings: { origins: [gatewayPolicy] },
} as unknown as GatewayModel;
const everybody = [route, other, 'SecurityPolicy/s', model, 'Gateway/g', 'EnvoyExtensionPolicy/e', gatewayPolicy];
const written = all(...everybody.map((id) => document(id, 'new')), document('HTTPRoute/elsewhere', 'new'));

describe('suspectsOf()', () => {
  const suspects = (proven: DocumentsById | undefined, text = 'no') =>
    suspectsOf({
      ...{ gateway, written, proven, text },
      olderOf(each) {
        const older = proven?.get(each.id);
        return isSame(older, each) ? undefined : older;
      },
    });

  it('begins with what has changed, if that has a part in the table', () => {
    const unchanged = everybody.filter((id) => id !== route && id !== gatewayPolicy);
    const proven = all(
      ...unchanged.map((id) => document(id, 'new')),
      ...[route, gatewayPolicy, 'HTTPRoute/elsewhere'].map((id) => document(id, 'old')),
    );
    expect(suspects(proven)[0]).toEqual(['GatewayPolicy/p', 'HTTPRoute/a']);
  });

  it('goes on with ordinary routes, then with all, and leaves out what a gateway is made of', () => {
    const ofRoutes = ['HTTPRoute/a', 'HTTPRoute/b', 'SecurityPolicy/s'];
    const ofAll = ['EnvoyExtensionPolicy/e', 'HTTPRoute/a', 'HTTPRoute/b', 'Model/m', 'SecurityPolicy/s'];
    expect(suspects(undefined)).toEqual([ofRoutes, ofAll]);
    expect(suspects(written)).toEqual([ofRoutes, ofAll]);
  });

  it('begins with whoever says what the clients quote, and says it whole', () => {
    expect(suspects(undefined, "bad path '/of/b'")[0]).toEqual(['HTTPRoute/b']);
    expect(suspects(undefined, "bad path '/of/bad'")).toEqual(suspects(undefined));
    expect(suspects(undefined, 'bad path /of/a, see /of/g')[0]).toEqual(['HTTPRoute/a']);
  });

  it('names no group twice', () => {
    const proven = all(...everybody.map((id) => document(id, 'old')));
    expect(suspects(proven)).toEqual([[...everybody].sort(), ['HTTPRoute/a', 'HTTPRoute/b', 'SecurityPolicy/s']]);
  });
});

it('takes an object that was made anew for another one', () => {
  expect(isSame(document(route, 'x', '2026-01-01T00:00:00Z'), document(route, 'x', '2026-01-01T00:00:00Z'))).toBe(true);
  expect(isSame(document(route, 'x', '2026-01-01T00:00:00Z'), document(route, 'x', '2026-01-01T00:00:01Z'))).toBe(
    false,
  );
  expect(isSame(document(route, 'x'), undefined)).toBe(false);
});
