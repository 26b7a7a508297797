import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../xds/snapshot/snapshot.ts';
import { programTypes, typeUrls } from '../../xds/snapshot/type-url.ts';

/**
 * The order in which a change reaches a gateway. A program names clusters and retry profiles, and an Envoy that does
 * not know them answers 503 without trying the next target. So Envoy learns first what the processor will name, and
 * forgets last what the processor no longer names.
 */
const stages = [
  {
    name: 'clusters',
    types: [typeUrls.cluster, typeUrls.endpoint, typeUrls.secret, typeUrls.extensionConfig, typeUrls.runtime],
  },
  { name: 'listeners and routes', types: [typeUrls.listener, typeUrls.route] },
  { name: 'program', types: programTypes },
] as const;

/** One publication: what to set, and whose answers to await before the next. */
export interface Step {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly types: readonly string[];
}

/** The steps from one state to another; none when they are equal. */
export function rolloutSteps(from: Snapshot, to: Snapshot): Step[] {
  const steps: Step[] = [];
  let state = from;
  const advance = (name: string, types: readonly string[], next: Snapshot): void => {
    if (next === state) return;
    state = next;
    steps.push({ name, snapshot: next, types });
  };
  for (const stage of stages) advance(`add ${stage.name}`, stage.types, withAdditions(state, to, stage.types));
  for (const stage of stages.toReversed()) {
    advance(`remove ${stage.name}`, stage.types, withRemovals(state, to, stage.types));
  }
  return steps;
}

/** `state` with everything of these types that `to` has; the same object when there is nothing to add or change. */
function withAdditions(state: Snapshot, to: Snapshot, types: readonly string[]): Snapshot {
  return changedTypes(state, types, (type, have) => {
    const wanted = to.resources.get(type) ?? none;
    const hasAll = isWithin(wanted, have);
    // A listener under a new name on the address of an old one is refused unless the old one goes in the same response.
    if (type === typeUrls.listener) return hasAll && wanted.size === have.size ? have : wanted;
    if (hasAll) return have;
    // Where nothing goes, it is the map that is wanted: whoever compares it later sees that at once.
    return hasEveryName(wanted, have) ? wanted : new Map([...have, ...wanted]);
  });
}

/** `state` without what `to` no longer has of these types. */
function withRemovals(state: Snapshot, to: Snapshot, types: readonly string[]): Snapshot {
  return changedTypes(state, types, (type, have) => {
    const wanted = to.resources.get(type) ?? none;
    if (hasEveryName(wanted, have)) return have;
    // Additions come first, so that what is left is what is wanted, unless this is asked of a state without them.
    return isWithin(wanted, have) ? wanted : new Map([...have].filter(([name]) => wanted.has(name)));
  });
}

/** Whether `have` has all of these in the same version. */
function isWithin(wanted: OfType, have: OfType): boolean {
  if (wanted === have) return true;
  for (const [name, resource] of wanted) {
    const known = have.get(name);
    if (known !== resource && known?.version !== resource.version) return false;
  }
  return true;
}

function hasEveryName(wanted: OfType, have: OfType): boolean {
  if (wanted === have) return true;
  for (const name of have.keys()) if (!wanted.has(name)) return false;
  return true;
}

type OfType = ReadonlyMap<string, Resource>;
const none: OfType = new Map();

function changedTypes(
  state: Snapshot,
  types: readonly string[],
  change: (type: string, have: OfType) => OfType,
): Snapshot {
  let resources: Map<string, OfType> | undefined;
  for (const type of types) {
    const have = state.resources.get(type) ?? none;
    const next = change(type, have);
    if (next === have) continue;
    resources ??= new Map(state.resources);
    resources.set(type, next);
  }
  return resources === undefined ? state : { resources };
}
