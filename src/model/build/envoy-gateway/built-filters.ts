import type { OwnFilter, OwnFilterKind } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';

/** Filters of one kind that one policy asks for, and what they need; `unusable` after saying why. */
export type BuiltFilters =
  | { readonly filters: readonly OwnFilter[]; readonly backends: readonly ServiceBackend[] }
  | 'unusable';

/**
 * What a policy says of each kind; a kind that is absent is for somebody else to say. Built when somebody wants it, and
 * once.
 */
export type FilterFields = { readonly [K in OwnFilterKind]?: () => BuiltFilters };

interface BuiltFilter {
  readonly filter: OwnFilter;
  readonly backend?: ServiceBackend;
}

/** All or nothing: nobody knows what one filter is worth without the other. */
export function together(built: readonly (BuiltFilter | undefined)[]): BuiltFilters {
  const usable = built.filter((one) => one !== undefined);
  if (usable.length < built.length) return 'unusable';
  return {
    filters: usable.map(({ filter }) => filter),
    backends: usable.flatMap(({ backend }) => backend ?? []),
  };
}

/** In the order in which they are written, also beyond the ninth: filters are sorted by name. */
export function padded(index: number): string {
  return String(index).padStart(2, '0');
}
