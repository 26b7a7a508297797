interface Pod {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
}

/** Nothing is wrong yet. */
const onItsWay = ['ContainerCreating', 'PodInitializing'];

/**
 * Why pods of a list do not run, in the words of Kubernetes: an image that cannot be pulled, a program that ends, a node
 * that lacks memory. The same container of several pods stands once.
 */
export function podTroubles(list: unknown): readonly string[] {
  const { items = [] } = list as { readonly items?: readonly Pod[] };
  const found = items.flatMap((pod) => [...scheduling(pod), ...containers(pod)]);
  return [...Map.groupBy(found, ({ part }) => part).values()].map((group) => {
    const [{ part, pod, why }, ...others] = group as [Trouble, ...Trouble[]];
    return `${part}${pod}${others.length === 0 ? '' : ` and ${others.length} more`}: ${why}`;
  });
}

interface Trouble {
  readonly pod: string;
  /** Nothing where it is the pod as a whole. */
  readonly part: '' | `container ${string} of `;
  readonly why: string;
}

function scheduling({ metadata, status }: Pod): readonly Trouble[] {
  const refusal = status?.conditions?.find((each) => each.type === 'PodScheduled' && each.status === 'False');
  return refusal === undefined ? [] : [{ pod: metadata.name, part: '', why: `no node takes it: ${refusal.message}` }];
}

function containers({ metadata, status }: Pod): readonly Trouble[] {
  return (status?.containerStatuses ?? []).flatMap(({ name, state, lastState }): readonly Trouble[] => {
    const { reason, message } = state?.waiting ?? {};
    if (reason === undefined || onItsWay.includes(reason)) return [];
    const end = lastState?.terminated;
    const before = end === undefined ? '' : `. It ended before: ${end.reason}, exit code ${end.exitCode}`;
    const why = `${reason}${message === undefined ? '' : `: ${message}`}${before}`;
    return [{ pod: metadata.name, part: `container ${name} of `, why }];
  });
}
