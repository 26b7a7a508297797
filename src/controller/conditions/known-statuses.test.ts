import { describe, expect, it } from 'vitest';
import { createKnownStatuses } from './known-statuses.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import { statusesOf } from './statuses.ts';

const egress = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default', name: 'egress' };

function object(kind: string, group: string, name: string, spec: unknown, generation = 1): WatchedObject {
  const metadata = { name, namespace: 'default', uid: `${kind}/${name}`, generation, resourceVersion: `${generation}` };
  return { kind, resource: { group, version: 'v1', plural: '' }, object: { metadata, spec } };
}

const controllerName = 'sluice.dev/gateway-controller';
const route = (generation = 1) =>
  object('AIGatewayRoute', 'aigateway.envoyproxy.io', 'route', { parentRefs: [egress] }, generation);
const gatewayClass = (name = controllerName, generation = 1) =>
  object('GatewayClass', egress.group, 'ours', { controllerName: name }, generation);
const objects = [
  gatewayClass(),
  object('Gateway', egress.group, 'egress', { gatewayClassName: 'ours', listeners: [] }),
  route(),
  object('HTTPRoute', egress.group, 'plain', { parentRefs: [egress] }),
  object('Model', 'sluice.dev', 'model', {}),
];

const everything: Outcome = {
  controllerName,
  objects,
  generations: new Map([
    ['GatewayClass/default/ours', 1],
    ['Gateway/egress', 1],
    ['AIGatewayRoute/route', 1],
    ['HTTPRoute/plain', 1],
    ['Model/model', 1],
  ]),
  problems: [],
  isStale: () => false,
  olderGeneration: () => undefined,
  attachments: ['AIGatewayRoute/route', 'HTTPRoute/plain'].map((document) => ({
    document,
    parent: egress,
    outcome: 'accepted',
    listeners: ['http'],
  })),
  nacks: new Map(),
  isPublished: true,
  silent: [],
  reach: new Map([['egress', { envoys: 1, processors: 1, missing: [] }]]),
  provisioned: new Map([['egress', { addresses: [], readyPods: 1 }]]),
};

const problem = { source: '', path: 'spec', message: 'is wrong', remedy: '' } as const;
const refused = { reason: 'NotAllowedByListeners', message: 'no' } as const;

const changes: Readonly<Record<string, Partial<Outcome>>> = {
  'nothing at all': {},
  'what is on its way': { isPublished: false },
  'a replica that says nothing': { silent: ['10.0.0.1:10089'] },
  'a pod that lags behind': { reach: new Map([['egress', { envoys: 1, processors: 1, missing: ['a'] }]]) },
  'pods that nobody knows': { provisioned: new Map([['egress', { addresses: [], readyPods: 2 }]]) },
  'an error': { problems: [{ ...problem, severity: 'error', document: 'AIGatewayRoute/route' }] },
  'a warning': { problems: [{ ...problem, severity: 'warning', document: 'Model/model' }] },
  'an older version that stands in': { isStale: (id) => id === 'Model/model' },
  'a refusal': { nacks: new Map([['HTTPRoute/plain', 'no']]) },
  'a route that is not attached any more': { attachments: everything.attachments.slice(0, 1) },
  'a route that a listener does not want': {
    attachments: everything.attachments.map((each) => ({ ...each, outcome: refused })),
  },
  'a generation that was not judged': { generations: new Map([['AIGatewayRoute/route', 2]]) },
  'a new generation': {
    objects: objects.map((each) => (each.kind === 'AIGatewayRoute' ? route(2) : each)),
    generations: new Map([...everything.generations, ['AIGatewayRoute/route', 2]]),
  },
  'a class of somebody else': {
    objects: objects.map((each) => (each.kind === 'GatewayClass' ? gatewayClass('example.com/other', 2) : each)),
  },
};

describe('createKnownStatuses()', () => {
  it('gives the same status back as long as nothing is different', () => {
    const known = createKnownStatuses();
    const first = statusesOf(everything, known);
    const second = statusesOf({ ...everything, attachments: structuredClone(everything.attachments) }, known);
    const isSame = ({ id }: { id: string }, index: number) => [id, first[index]?.status === second[index]?.status];
    expect(first.map(isSame)).toEqual(
      expect.arrayContaining([
        ['AIGatewayRoute/route', true],
        ['HTTPRoute/plain', true],
        ['Model/model', true],
      ]),
    );
  });

  it.each(Object.entries(changes))('follows %s, and back', (_, change) => {
    const known = createKnownStatuses();
    for (const outcome of [everything, { ...everything, ...change }, everything]) {
      expect(statusesOf(outcome, known)).toEqual(statusesOf(outcome));
    }
  });

  it('would be of no use if nothing followed from these changes', () => {
    const before = JSON.stringify(statusesOf(everything));
    const withoutEffect = Object.entries(changes).filter(
      ([, change]) => JSON.stringify(statusesOf({ ...everything, ...change })) === before,
    );
    expect(withoutEffect.map(([name]) => name)).toEqual(['nothing at all']);
  });
});
