/** What stands for every value beyond the bound: names come from requests, and memory must not grow with them. */
const otherLabel = 'other';

export interface FamilyLimits {
  /** Distinct values of one label. Default 100: people read these on a chart. */
  readonly valuesPerLabel?: number;
  /** Label sets altogether. Default 1000. */
  readonly series?: number;
}

/** The handles of a metric with labels. */
export interface Family<H, L extends readonly string[] = readonly string[]> {
  /** The handle of these label values, in the order of the labels. Hot code keeps it. */
  of(...values: { readonly [K in keyof L]: string }): H;
}

type Node<H> = Map<string, Node<H> | H>;

export function createFamily<H, L extends readonly string[]>(
  labels: L,
  create: () => H,
  limits: FamilyLimits,
): Family<H, L> & { series(): readonly (readonly [values: readonly string[], handle: H])[] } {
  const valuesPerLabel = limits.valuesPerLabel ?? 100;
  const seriesLimit = limits.series ?? 1000;
  const seen = labels.map(() => new Set<string>());
  const all: (readonly [readonly string[], H])[] = [];
  // A map per label, so that finding a known handle builds no joined key.
  const root: Node<H> = new Map();

  function find(values: readonly string[]): H | undefined {
    let node: Node<H> | H | undefined = root;
    for (const value of values) node = (node as Node<H> | undefined)?.get(value);
    return node as H | undefined;
  }

  function add(values: readonly string[]): H {
    let node = root;
    for (const value of values.slice(0, -1)) {
      const next = (node.get(value) as Node<H> | undefined) ?? new Map();
      node.set(value, next);
      node = next;
    }
    const handle = create();
    node.set(values.at(-1) ?? '', handle);
    all.push([values, handle]);
    return handle;
  }

  function admit(value: string, index: number): string {
    const known = seen[index];
    if (known === undefined || known.has(value)) return value;
    if (known.size >= valuesPerLabel) return otherLabel;
    known.add(value);
    return value;
  }

  return {
    of(...values) {
      const known = find(values);
      if (known !== undefined) return known;
      const admitted = (values as readonly string[]).map(admit);
      const bounded = all.length < seriesLimit ? admitted : admitted.map(() => otherLabel);
      return find(bounded) ?? add(bounded);
    },
    series: () => all,
  };
}
