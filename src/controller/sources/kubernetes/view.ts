import type { LabelSelector } from '../../../policy/gateway-api/label-selector.ts';
import type { Problem } from '../../../policy/problem.ts';
import { discovered } from './discovery.ts';
import { type Judgement, judge, type KubernetesState, nothingJudged } from './judge.ts';
import type { Labels } from './namespaces.ts';
import type { Reading } from './reading.ts';
import type { ClusterSnapshot, KindObject } from './snapshot.ts';

export interface ViewOptions {
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  labels(namespace: string): Labels;
}

/** The policy that is made of objects, which remembers what each of them was when it was last right. */
export interface View {
  state(): KubernetesState;
  readings(): readonly Reading[];
  /** Looks at all objects. Whether the state is another one now. */
  take(objects: Iterable<KindObject>, problems: readonly Problem[]): boolean;
  /** Those of them that policy is read from. */
  chosen(objects: Iterable<KindObject>): Iterable<KindObject>;
  /** Begins with what was kept. */
  recall(snapshot: ClusterSnapshot): void;
}

export function createView({ selectors, labels }: ViewOptions): View {
  let judgement: Judgement = nothingJudged;
  const chosen = (objects: Iterable<KindObject>): Iterable<KindObject> => discovered(objects, selectors, labels);

  function take(objects: Iterable<KindObject>, problems: readonly Problem[]): boolean {
    const before = judgement.state;
    judgement = judge(chosen(objects), problems, judgement, Date.now());
    return judgement.state !== before;
  }

  return {
    state: () => judgement.state,
    readings: () => [...judgement.readings.values()],
    take,
    chosen,
    recall({ lastGood, objects }) {
      take(lastGood, []);
      take(objects, []);
    },
  };
}
