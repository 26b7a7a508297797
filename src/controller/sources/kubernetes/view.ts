import type { PolicyDocument } from '../../../policy/document.ts';
import type { LabelSelector } from '../../../policy/gateway-api/label-selector.ts';
import type { Problem } from '../../../policy/problem.ts';
import { objectId } from '../../object-id.ts';
import { discovered } from './discovery.ts';
import { type Judgement, judge, type KubernetesState, nothingJudged } from './judge.ts';
import type { Labels } from './namespaces.ts';
import type { Reading } from './reading.ts';
import type { KindObject } from './snapshot.ts';

export interface ViewOptions {
  /** Policy is read from the namespaces that one of these selects; none: from all. */
  readonly selectors: readonly LabelSelector[];
  labels(namespace: string): Labels | undefined;
}

/** What was in force before a restart, where older versions of documents stood in for what was written. */
export interface Recalled {
  readonly state: KubernetesState;
  /** These, by id. */
  readonly standIns: ReadonlyMap<string, PolicyDocument>;
}

/** The policy that is made of objects, which remembers what each of them was when it was last right. */
export interface View {
  state(): KubernetesState;
  readings(): readonly Reading[];
  /** Looks at all objects. Whether the state is another one now. */
  take(objects: Iterable<KindObject>, problems: readonly Problem[]): boolean;
  /** Those of them that policy is read from. */
  chosen(objects: Iterable<KindObject>): Iterable<KindObject>;
  /** Looks at what was in force before a restart: these objects, with the older versions that were kept of some of them. */
  recall(objects: Iterable<KindObject>, lastGood: readonly KindObject[]): Recalled | undefined;
  /** The objects that documents were read from. */
  originsOf(documents: Iterable<PolicyDocument>): readonly KindObject[];
}

export function createView({ selectors, labels }: ViewOptions): View {
  let judgement: Judgement = nothingJudged;
  const origins = new WeakMap<PolicyDocument, KindObject>();
  const chosen = (objects: Iterable<KindObject>): Iterable<KindObject> => discovered(objects, selectors, labels);

  function take(objects: Iterable<KindObject>, problems: readonly Problem[]): boolean {
    const before = judgement.state;
    judgement = judge(chosen(objects), problems, judgement, Date.now());
    for (const { kind, object, document, lastGood } of judgement.readings.values()) {
      if (document !== undefined && lastGood === undefined && !origins.has(document))
        origins.set(document, { kind, object });
    }
    return judgement.state !== before;
  }

  return {
    state: () => judgement.state,
    readings: () => [...judgement.readings.values()],
    take,
    chosen,
    recall(objects, lastGood) {
      if (lastGood.length === 0) return undefined;
      const older = new Map(lastGood.map((each) => [objectId(each.kind, each.object), each]));
      const inForce = [...objects].map((each) => {
        const stoodIn = older.get(objectId(each.kind, each.object));
        // One that was deleted and made again is another one.
        return stoodIn?.object.metadata.uid === each.object.metadata.uid ? (stoodIn ?? each) : each;
      });
      take(inForce, []);
      const { state } = judgement;
      return {
        state,
        standIns: new Map(state.documents.flatMap((each) => (older.has(each.id) ? [[each.id, each]] : []))),
      };
    },
    originsOf: (documents) => [...documents].flatMap((document) => origins.get(document) ?? []),
  };
}
