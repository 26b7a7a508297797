import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { NodeMatcherSchema } from '../../gen/envoy/type/matcher/v3/node_pb.js';
import { matchesAnyOf } from './node-matcher.ts';

type Matcher = MessageInitShape<typeof NodeMatcherSchema>;
type Pattern = NonNullable<NonNullable<Matcher['nodeId']>['matchPattern']>;

const ids = ['edge-1', 'Edge-2', 'inner'];

function matched(...matchers: readonly Matcher[]): readonly string[] | string {
  const test = matchesAnyOf(matchers.map((matcher) => create(NodeMatcherSchema, matcher)));
  if (!test.ok) return test.error;
  return ids.filter((id) => test.value({ id, cluster: '', userAgent: '', version: undefined, metadata: {} }));
}

const byId = (matchPattern: Pattern, ignoreCase = false): Matcher => ({ nodeId: { matchPattern, ignoreCase } });

describe('matchesAnyOf()', () => {
  it('means every node where nothing is said of which', () => {
    expect(matched()).toEqual(ids);
    expect(matched({})).toEqual(ids);
  });

  it.each<[Pattern, readonly string[]]>([
    [{ case: 'exact', value: 'edge-1' }, ['edge-1']],
    [{ case: 'exact', value: 'edge' }, []],
    [{ case: 'prefix', value: 'e' }, ['edge-1']],
    [{ case: 'suffix', value: '-2' }, ['Edge-2']],
    [{ case: 'contains', value: 'n' }, ['inner']],
  ])('compares the id with %j', (pattern, expected) => {
    expect(matched(byId(pattern))).toEqual(expected);
  });

  it('takes a node that any of the matchers means, of whatever case where that is asked for', () => {
    expect(matched(byId({ case: 'exact', value: 'inner' }), byId({ case: 'prefix', value: 'E' }))).toEqual([
      'Edge-2',
      'inner',
    ]);
    expect(matched(byId({ case: 'prefix', value: 'EDGE' }, true))).toEqual(['edge-1', 'Edge-2']);
  });

  it('refuses what it cannot judge, also beside what it can', () => {
    const first = byId({ case: 'exact', value: 'edge-1' });
    expect(matched(first, byId({ case: 'safeRegex', value: { regex: '.*' } }))).toContain('node_id is matched by');
    expect(matched(first, { nodeMetadatas: [{}] })).toContain('node_metadatas is not understood');
  });
});
