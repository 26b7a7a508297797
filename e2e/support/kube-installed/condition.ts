import type { KubeCluster } from './cluster.ts';

export interface SeenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** Of an object as the API server has it; nothing where it has no such condition yet. `model/small` in a namespace. */
export async function conditionOf(
  cluster: KubeCluster,
  namespace: string,
  object: string,
  type: string,
): Promise<SeenCondition | undefined> {
  const text = await cluster.kubectl(['--namespace', namespace, 'get', object, '--output', 'json']);
  const { metadata, status } = JSON.parse(text) as {
    readonly metadata: { readonly generation: number };
    readonly status?: Status;
  };
  const own = status?.conditions ?? [];
  const nested = [...(status?.parents ?? []), ...(status?.ancestors ?? [])].flatMap(({ conditions }) => conditions);
  // What is said of an older generation is not said of this one.
  return [...own, ...nested].find((each) => each.type === type && each.observedGeneration === metadata.generation);
}

interface Status {
  readonly conditions?: readonly SeenCondition[];
  readonly parents?: readonly { readonly conditions: readonly SeenCondition[] }[];
  readonly ancestors?: readonly { readonly conditions: readonly SeenCondition[] }[];
}
