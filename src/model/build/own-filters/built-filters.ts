import type { OwnFilter } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';

/** Filters that a policy asks for in one place, and what they need; `unusable` after saying why. */
export type BuiltFilters =
  | { readonly filters: readonly OwnFilter[]; readonly backends: readonly ServiceBackend[] }
  | 'unusable';

export interface BuiltFilter {
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
