import type { PolicyDocument } from '../../../policy/document.ts';
import { type Decision, decided } from '../../decision.ts';
import { type FilterChoice, type OwnFilter, type OwnFilterKind, ownFilterKinds } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';
import { mayRunCode } from '../own-filters/code-permission.ts';
import { type LeveledPolicy, mergePolicies } from '../policy-levels.ts';
import type { FilterFields } from './filter-fields.ts';
import { saidOfFilters } from './said-of-filters.ts';

/** A policy at its level, with what it asks for. */
export interface LeveledFilters extends LeveledPolicy<FilterFields> {
  readonly document: PolicyDocument;
}

/** What was chosen somewhere on one Gateway, without what nobody has chosen. */
export interface ChosenFilters {
  /** The names, kind by kind; the closest policy wins. */
  choose(policies: readonly LeveledFilters[]): Choice;
  /** The names of filters that nobody has to choose. */
  add(built: BuiltFilters): readonly string[] | 'unusable';
  readonly filters: ReadonlyMap<string, OwnFilter>;
  readonly backends: ReadonlyMap<string, ServiceBackend>;
}

export interface Choice {
  /** Absent: nobody says anything. */
  readonly filters?: FilterChoice;
  readonly decisions: readonly Decision[];
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
      if (policies.length === 0) return { decisions: [] };
      const { spec, said } = mergePolicies(policies);
      const choice: { [K in OwnFilterKind]?: readonly string[] | 'unusable' } = {};
      const decisions: Decision[] = [];
      for (const kind of ownFilterKinds) {
        const documents = (said[kind] ?? []).flatMap(({ level, origin }) =>
          policies.filter((one) => one.level === level && one.origin === origin),
        );
        const policy = documents[0]?.document;
        if (policy === undefined) continue;
        const isCode = kind === 'lua' || kind === 'wasm';
        const isAllowed = !isCode || mayRunCode(policy, 'spec', gateway, context);
        choice[kind] = isAllowed ? add(spec[kind]?.() ?? 'unusable') : 'unusable';
        decisions.push(
          ...decided(
            kind,
            documents.map((one) => saidOfFilters(kind, one)),
          ),
        );
      }
      return { ...(Object.keys(choice).length > 0 && { filters: choice }), decisions };
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
