import { describe, expect, it } from 'vitest';
import { type HeaderChanges, noHeaderChanges, type ServiceRoute } from '../../../model/service.ts';
import { requestChanges } from './header-rules.ts';

const changes = (parts: Partial<HeaderChanges>): HeaderChanges => ({ ...noHeaderChanges, ...parts });
const header = (name: string, value: string) => ({ name, value });

function route(ofRule: HeaderChanges, ...ofBackends: readonly HeaderChanges[]): ServiceRoute {
  const backends = ofBackends.map((requestHeaders) => ({
    ...{ cluster: 'service/a', weight: 1, requestHeaders, responseHeaders: noHeaderChanges },
  }));
  return {
    ...{ id: 'a', listeners: ['http'], hostnames: [], responseHeaders: noHeaderChanges, origins: [] },
    match: { path: { kind: 'prefix', value: '/' }, headers: [], query: [] },
    requestHeaders: ofRule,
    action: { kind: 'forward', backends, rewrite: {}, mirrors: [] },
  };
}

/** What a backend of the route is told, after the changes of the rule. */
function toBackend(ofRule: Partial<HeaderChanges>, own: Partial<HeaderChanges>): HeaderChanges {
  return requestChanges(route(changes(ofRule), changes(own))).ofBackend(changes(own));
}

describe('requestChanges()', () => {
  it('leaves the changes of a rule to its route, as long as no backend has its own', () => {
    const ofRule = changes({ set: [header('x-a', 'rule')] });
    const { ofRoute, ofBackend } = requestChanges(route(ofRule, noHeaderChanges));
    expect(ofRoute).toBe(ofRule);
    expect(ofBackend(noHeaderChanges)).toBe(noHeaderChanges);
  });

  it('writes them down for every backend as soon as one has its own', () => {
    const ofRule = changes({ set: [header('x-a', 'rule')] });
    const { ofRoute, ofBackend } = requestChanges(route(ofRule, noHeaderChanges, changes({ remove: ['x-b'] })));
    expect(ofRoute).toEqual(noHeaderChanges);
    expect(ofBackend(noHeaderChanges)).toEqual(ofRule);
  });

  it.each<[string, Partial<HeaderChanges>, Partial<HeaderChanges>, Partial<HeaderChanges>]>([
    [
      'what it sets is what counts',
      { set: [header('x-a', 'rule'), header('x-b', 'rule')], add: [header('x-c', 'rule')] },
      { set: [header('x-a', 'own'), header('x-c', 'own')] },
      { set: [header('x-b', 'rule'), header('x-a', 'own'), header('x-c', 'own')] },
    ],
    [
      'what it removes is gone',
      { set: [header('x-a', 'rule')], add: [header('x-b', 'rule')] },
      { remove: ['x-a', 'x-b'] },
      { remove: ['x-a', 'x-b'] },
    ],
    [
      'what it adds comes on top',
      { set: [header('x-a', 'rule')], add: [header('x-b', 'rule')] },
      { add: [header('x-a', 'own'), header('x-b', 'own')] },
      { set: [header('x-a', 'rule')], add: [header('x-b', 'rule'), header('x-a', 'own'), header('x-b', 'own')] },
    ],
    [
      'what the rule removes can be set again',
      { remove: ['x-a', 'x-b'] },
      { set: [header('x-a', 'own')], remove: ['x-b'] },
      { set: [header('x-a', 'own')], remove: ['x-a', 'x-b'] },
    ],
  ])('lets a backend have the last word: %s', (_, ofRule, own, expected) => {
    expect(toBackend(ofRule, own)).toEqual(changes(expected));
  });
});
