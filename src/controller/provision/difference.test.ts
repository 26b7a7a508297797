import { describe, expect, it } from 'vitest';
import { contentOf, difference, superfluous, type Written } from './difference.ts';
import type { LiveObject } from './live-object.ts';
import type { WantedObject } from './render/render.ts';

const owner = 'gateway-1';

const wantedOf = (image: string): WantedObject => ({
  kind: 'Deployment',
  namespace: 'team-a',
  name: 'edge',
  object: { metadata: { annotations: { 'sluice.dev/controller-name': 'ours' } }, spec: { image } },
});

const live = (more: Partial<LiveObject> = {}): LiveObject => ({
  ...{ namespace: 'team-a', name: 'edge', uid: 'deployment-1', resourceVersion: '7', owner, controller: 'ours' },
  ...{ ownFields: 'fields', status: undefined, ownReplicas: undefined, clusterIPs: [], isBalanced: false, data: {} },
  replicas: undefined,
  isAbandoned: false,
  ...more,
});

const writtenOf = (wanted: WantedObject, more: Partial<Written> = {}): Written => ({
  ...{ wanted: contentOf(wanted), uid: 'deployment-1', ownFields: 'fields', staleVersion: undefined },
  ...more,
});

describe('difference()', () => {
  const wanted = wantedOf('one');
  const steps = (there: LiveObject | undefined, last: Written | undefined) =>
    difference({ wanted: [wanted], owner, live: () => there, written: () => last });

  it('is nothing where the cluster has what was written last', () => {
    expect(steps(live(), writtenOf(wanted))).toEqual([]);
  });

  it('is nothing while the watch still shows what was there before', () => {
    const last = writtenOf(wanted, { ownFields: 'new fields', staleVersion: '7' });
    expect(steps(live(), last)).toEqual([]);
    expect(steps(live({ resourceVersion: '8' }), last)).toEqual([{ kind: 'apply', wanted, uid: 'deployment-1' }]);
  });

  it('is a new object where there is none', () => {
    expect(steps(undefined, writtenOf(wanted))).toEqual([{ kind: 'create', wanted }]);
  });

  it.each([
    ['nothing is known of a last write', live(), undefined],
    ['something else was written', live(), writtenOf(wantedOf('two'))],
    ['somebody has changed a field of ours', live({ ownFields: 'others' }), writtenOf(wanted)],
    ['somebody has put another one in its place', live({ uid: 'deployment-2' }), writtenOf(wanted)],
  ])('is one write where %s', (_, there, last) => {
    expect(steps(there, last)).toEqual([{ kind: 'apply', wanted, uid: there.uid }]);
  });

  // A Gateway that was deleted and made anew has the name of the old one, whose objects are still on their way out.
  it.each([
    ['belongs to another Gateway', { owner: 'gateway-2' }],
    ['nobody of us has made', { owner: undefined }],
    ['another release has made and abandoned', { owner: undefined, isAbandoned: true, controller: 'theirs' }],
    ['has no controller in its annotations', { owner: undefined, isAbandoned: true, controller: undefined }],
  ])('takes nothing over that %s', (_, there) => {
    const error =
      'Deployment team-a/edge exists and is not of this Gateway; remove it, or give the Gateway another name.';
    expect(steps(live(there), writtenOf(wanted))).toEqual([{ kind: 'blocked', wanted, error }]);
  });

  it('takes back what we have made and nobody owns any more', () => {
    const there = live({ owner: undefined, isAbandoned: true, ownFields: 'without the owner' });
    expect(steps(there, writtenOf(wanted))).toEqual([{ kind: 'apply', wanted, uid: 'deployment-1' }]);
    expect(steps(there, undefined)).toEqual([{ kind: 'apply', wanted, uid: 'deployment-1' }]);
  });
});

describe('superfluous()', () => {
  it('is what nobody wants and is ours, by kind and place', () => {
    const [there, elsewhere] = [live(), live({ namespace: 'team-b' })];
    const all = [['Deployment', there] as const, ['Service', there] as const, ['Deployment', elsewhere] as const];
    const found = superfluous(all, new Set(['Deployment team-a/edge']), ({ namespace }) => namespace === 'team-a');
    expect(found).toEqual([{ of: 'Service', live: there }]);
  });
});
