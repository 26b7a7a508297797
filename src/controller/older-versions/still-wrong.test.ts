import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import type { Problem } from '../../policy/problem.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';
import { stillWrong } from './still-wrong.ts';

const route = (name: string, uid = `uid-of-${name}`): KindObject => ({
  kind: 'HTTPRoute',
  object: { metadata: { name, namespace: 'default', uid } } as KubeObject,
});
const problem = (name: string, severity: Problem['severity']): Problem =>
  ({ document: `HTTPRoute/${name}`, severity, message: 'm' }) as Problem;

describe('stillWrong()', () => {
  const older = ['faulty', 'refused', 'warned', 'mended', 'gone', 'made-anew'].map((name) => route(name));
  const present = [
    ...['mended', 'warned', 'refused', 'faulty'].map((name) => route(name)),
    route('made-anew', 'another'),
    route('new'),
  ];
  const judgement = {
    problems: [
      ...['faulty', 'gone', 'made-anew', 'new'].map((name) => problem(name, 'error')),
      problem('warned', 'warning'),
    ],
    nacks: new Map([['HTTPRoute/refused', 'no']]),
  };

  it('is what clients refuse or what has an error, as long as the same object is there', () => {
    expect(stillWrong(older, judgement, present).map(({ object }) => object.metadata.name)).toEqual([
      'faulty',
      'refused',
    ]);
  });

  it('reads nothing where nothing is asked, or nothing is wrong', () => {
    const unread = {
      [Symbol.iterator](): Iterator<KindObject> {
        throw new Error('it was read');
      },
    };
    expect(stillWrong([], judgement, unread)).toEqual([]);
    expect(stillWrong([route('mended')], judgement, unread)).toEqual([]);
  });
});
