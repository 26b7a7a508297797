import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '../../../policy/gateway-api/label-selector.ts';
import { idleDiscovery } from './idle-discovery.ts';

const namespaces = new Map([
  ['a', new Map([['team', 'a']])],
  ['b', new Map([['team', 'b']])],
]);
const labels = (matchLabels: LabelSelector['matchLabels']): LabelSelector => ({ matchLabels, matchExpressions: [] });

describe('idleDiscovery()', () => {
  it('says which selectors select no namespace, in the words of kubectl', () => {
    const expressions: LabelSelector['matchExpressions'] = [
      { key: 'stage', operator: 'In', values: ['test', 'dev'] },
      { key: 'tier', operator: 'NotIn', values: ['gold'] },
      { key: 'owner', operator: 'Exists', values: [] },
      { key: 'team', operator: 'DoesNotExist', values: [] },
    ];
    const selectors = [labels({ team: 'a' }), { matchLabels: { x: 'y' }, matchExpressions: expressions }];
    expect(idleDiscovery(selectors, namespaces).map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: discoveryNamespaceSelectors[1] (x=y,stage in (test,dev),tier notin (gold),owner,!team) selects no namespace',
    ]);
  });

  it('is silent without selectors, and where nobody knows the namespaces', () => {
    expect(idleDiscovery([], namespaces)).toEqual([]);
    expect(idleDiscovery([labels({ team: 'gone' })], new Map())).toEqual([]);
  });
});
