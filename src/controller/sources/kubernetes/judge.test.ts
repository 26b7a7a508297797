import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../kube/object.ts';
import type { Kind } from '../../../policy/kinds.ts';
import { problemText } from '../../../policy/testing/problem-text.ts';
import { type Judgement, judge, nothingJudged } from './judge.ts';

interface Fields {
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly generation?: number;
  readonly labels?: { readonly [name: string]: string };
  readonly status?: unknown;
}

function budget(name: string, usd: unknown, fields: Fields = {}) {
  const { uid = name, generation = 1, creationTimestamp, labels, status } = fields;
  const object: KubeObject = {
    apiVersion: 'sluice.dev/v1alpha1',
    metadata: {
      name,
      namespace: 'team-a',
      uid,
      generation,
      resourceVersion: '1',
      ...(labels && { labels }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { amount: { usd }, period: { rolling: '30d' } },
    ...(status !== undefined && { status }),
  };
  return { kind: 'Budget' as Kind, object };
}

function judged(last: Judgement, ...objects: readonly ReturnType<typeof budget>[]): Judgement {
  return judge(objects, [], last, 0);
}

describe('judge()', () => {
  const first = judged(nothingJudged, budget('b', 1), budget('a', 1));

  it('reads objects as documents, sorted, each saying where it is', () => {
    expect(first.state.documents.map(({ id, source }) => [id, source])).toEqual([
      ['Budget/team-a/a', 'Budget/team-a/a'],
      ['Budget/team-a/b', 'Budget/team-a/b'],
    ]);
    expect(first.state.revision).toBe(1);
  });

  it('gives the same state for a status, an order or a note that says nothing', () => {
    const second = judged(first, budget('a', 1, { status: { conditions: [] } }), budget('b', 1));
    expect(second.state).toBe(first.state);
    // As the API server has them now, all the same.
    expect(second.readings.get('Budget/team-a/a')?.object.status).toEqual({ conditions: [] });
  });

  it('keeps the identity of documents that say the same, and tells of the generation', () => {
    const second = judged(first, budget('a', '1', { generation: 2 }), budget('b', 2, { generation: 2 }));
    expect(second.state.documents[0]).toBe(first.state.documents[0]);
    expect(second.state.documents[1]).not.toBe(first.state.documents[1]);
    expect([...second.state.generations.values()]).toEqual([2, 2]);
  });

  it('sees labels, which have no generation', () => {
    const second = judged(first, budget('a', 1, { labels: { team: 'x' } }), budget('b', 1));
    expect(second.state.documents[0]?.labels).toEqual({ team: 'x' });
  });

  it('closes what a policy guards that is wrong and was never right, and keeps the last that was', () => {
    const policy = (spec: object, generation: number) => {
      const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'a' }];
      const { object } = budget('p', 1, { generation });
      const apiVersion = 'gateway.envoyproxy.io/v1alpha1';
      return { kind: 'SecurityPolicy' as Kind, object: { ...object, apiVersion, spec: { targetRefs, ...spec } } };
    };
    const cors = { allowOrigins: ['*'] };
    const wrong = judged(nothingJudged, policy({ basicAuth: {} }, 1));
    const stillWrong = judged(wrong, policy({ oidc: {} }, 2));
    const right = judged(stillWrong, policy({ cors }, 3));
    const wrongAgain = judged(right, policy({ cors, oidc: {} }, 4));
    const states = [wrong, stillWrong, right, wrongAgain].map(({ state }) => state);
    expect(states.map(({ documents }) => documents[0]?.isBarrier ?? false)).toEqual([true, true, false, false]);
    expect(states.map(({ stale }) => stale.size)).toEqual([0, 0, 0, 1]);
    expect(wrongAgain.state.documents[0]).toBe(right.state.documents[0]);
  });

  it('keeps the last good version of an object for as long as it is broken', () => {
    const second = judged(first, budget('a', 'much', { generation: 2 }), budget('b', 1));
    expect(second.state.documents[0]).toBe(first.state.documents[0]);
    expect([...second.state.stale]).toEqual([['Budget/team-a/a', 'Budget/team-a/a']]);
    expect(second.state.problems.map(problemText)).toEqual([
      expect.stringMatching(/^Budget\/team-a\/a: Budget\/team-a\/a: spec\.amount\.usd "much" is not an amount/),
    ]);
    const third = judged(second, budget('a', 'more', { generation: 3 }), budget('b', 1));
    expect(third.state.documents[0]).toBe(first.state.documents[0]);
    expect(third.readings.get('Budget/team-a/a')?.lastGood?.metadata.generation).toBe(1);
    const fourth = judged(third, budget('a', 2, { generation: 4 }), budget('b', 1));
    expect([fourth.state.stale.size, fourth.state.problems.length]).toEqual([0, 0]);
  });

  it('forgets the last good version with the object', () => {
    const other = judged(first, budget('a', 'much', { uid: 'successor' }), budget('b', 1));
    expect(other.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    expect(judged(first, budget('b', 1)).state.documents).toHaveLength(1);
  });

  it('knows how old an object is, broken ones and those that were made again as well', () => {
    const [earlier, later] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
    const made = judged(nothingJudged, budget('a', 1, { creationTimestamp: earlier }));
    const broken = judged(made, budget('a', 'much', { creationTimestamp: earlier, generation: 2 }));
    const again = judged(broken, budget('a', 1, { creationTimestamp: later, uid: 'successor' }));
    const documents = [made, broken, again].flatMap(({ state }) => state.documents);
    expect(documents.map(({ createdAt }) => createdAt)).toEqual([earlier, earlier, later]);
    expect(again.state).not.toBe(made.state);
    expect(documents[2]?.hash).toBe(documents[0]?.hash);
  });

  it('has one broken object stop nothing else', () => {
    const second = judged(nothingJudged, budget('a', 'much'), budget('b', 1));
    expect(second.state.documents.map(({ id }) => id)).toEqual(['Budget/team-a/b']);
    expect([...second.state.generations.keys()]).toEqual(['Budget/team-a/a', 'Budget/team-a/b']);
  });
});

describe('judge() of a route of which only some rules are right', () => {
  /** As its rules are called; those with a ! are wrong. */
  function route(generation: number, ...rules: readonly string[]) {
    const metadata = { name: 'site', namespace: 'web', uid: 'site', generation };
    const spec = {
      rules: rules.map((name) =>
        name.endsWith('!')
          ? { name: name.slice(0, -1), sessionPersistence: {} }
          : { name, timeouts: { request: '1s' } },
      ),
    };
    const object: KubeObject = { apiVersion: 'gateway.networking.k8s.io/v1', metadata, spec };
    return { kind: 'HTTPRoute' as Kind, object };
  }

  /** What is in force after these versions: each rule, those of which only the matches are left in brackets. */
  function inForce(...versions: readonly (readonly string[])[]) {
    let last = nothingJudged;
    for (const [index, rules] of versions.entries()) last = judge([route(index + 1, ...rules)], [], last, 0);
    const [document] = last.state.documents;
    const older = last.readings.get('HTTPRoute/web/site')?.lastGood?.metadata.generation;
    if (document?.kind !== 'HTTPRoute') return { older };
    const rules = document.spec.rules.map(({ name, timeouts }) => (timeouts === undefined ? `(${name})` : name));
    return { older, rules, isStale: last.state.stale.has(document.id) };
  }

  it('takes what is right of it, as long as it was never right', () => {
    expect(inForce(['a', 'b!'])).toEqual({ rules: ['a', '(b)'], isStale: false });
    expect(inForce(['a', 'b!'], ['a!', 'c'])).toEqual({ rules: ['(a)', 'c'], isStale: false });
    expect(inForce(['a', 'b!'], ['a!', 'b!'])).toEqual({});
    expect(inForce(['a', 'b!'], ['a', 'b'])).toEqual({ rules: ['a', 'b'], isStale: false });
  });

  it('keeps the newest version that was right', () => {
    expect(inForce(['a'], ['b'], ['c', 'd!'])).toEqual({ rules: ['b'], isStale: true, older: 2 });
    expect(inForce(['a'], ['b!', 'c'], ['b!', 'd'])).toEqual({ rules: ['a'], isStale: true, older: 1 });
    expect(inForce(['a'], ['b!', 'c'], ['b!'])).toEqual({ rules: ['a'], isStale: true, older: 1 });
    // Says the same, and is another generation.
    expect(inForce(['a'], ['a'], ['b!', 'c'])).toEqual({ rules: ['a'], isStale: true, older: 2 });
  });
});
