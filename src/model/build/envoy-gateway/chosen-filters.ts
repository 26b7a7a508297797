import type { PolicyDocument } from '../../../policy/document.ts';
import { type FilterChoice, type OwnFilter, type OwnFilterKind, ownFilterKinds } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';
import { mayRunCode } from '../own-filters/code-permission.ts';
import { type LeveledPolicy, mergePolicies } from '../policy-levels.ts';
import type { FilterFields } from './filter-fields.ts';

/** A policy at its level, with what it asks for. */
export interface LeveledFilters extends LeveledPolicy<FilterFields> {
  readonly document: PolicyDocument;
}

/** What was chosen somewhere on one Gateway, without what nobody has chosen. */
export interface ChosenFilters {
  /** The names, kind by kind; the closest policy wins. Absent: nobody says anything. */
  choose(policies: readonly LeveledFilters[]): FilterChoice | undefined;
  /** The names of filters that nobody has to choose. */
  add(built: BuiltFilters): readonly string[] | 'unusable';
  readonly filters: ReadonlyMap<string, OwnFilter>;
  readonly backends: ReadonlyMap<string, ServiceBackend>;
}

export function chosenFilters(gateway: GatewayLike | undefined, context: BuildContext): ChosenFilters {
  const filters = new Map<string, OwnFilter>();
  const backends = new Map<string, ServiceBackend>();
  const add: ChosenFilters['add'] = (built) => {
    if (built === 'unusable') return 'unusable';
    for (const filter of built.filters) filters.set(filter.name, filter);
    for (const backend of built.backends) backends.set(backend.cluster, withOrigins(backends, backend));
    return built.filters.map(({ name }) => name);
  };
  return {
    filters,
    backends,
    add,
    choose(policies) {
      if (policies.length === 0) return undefined;
      const { spec, decidedBy } = mergePolicies(policies);
      const choice: { [K in OwnFilterKind]?: readonly string[] | 'unusable' } = {};
      for (const kind of ownFilterKinds) {
        const origin = decidedBy.find(({ field }) => field === kind)?.origin;
        const policy = policies.find((one) => one.origin === origin)?.document;
        if (policy === undefined) continue;
        const isCode = kind === 'lua' || kind === 'wasm';
        const isAllowed = !isCode || mayRunCode(policy, 'spec', gateway, context);
        choice[kind] = isAllowed ? add(spec[kind]?.() ?? 'unusable') : 'unusable';
      }
      return Object.keys(choice).length === 0 ? undefined : choice;
    },
  };
}

/** Several policies may fetch from one place. */
function withOrigins(known: ReadonlyMap<string, ServiceBackend>, backend: ServiceBackend): ServiceBackend {
  const earlier = known.get(backend.cluster);
  if (earlier === undefined) return backend;
  const more = backend.origins.filter((origin) => !earlier.origins.includes(origin));
  return more.length === 0 ? earlier : { ...earlier, origins: [...earlier.origins, ...more].sort() };
}
