import { compareText } from '../../../lib/sort.ts';

/** One page of the list as Anthropic's API cuts it. */
export interface Page<T> {
  readonly models: readonly T[];
  /** In the direction in which the caller goes. */
  readonly hasMore: boolean;
}

const mostPerPage = 1_000;

/**
 * The page that `limit`, `after_id` and `before_id` ask for; undefined if they are not understood. Without a limit it is
 * all of them: not everybody asks for a second page. A model that is gone still marks its place, since the list is sorted.
 */
export function pageOf<T extends { readonly name: string }>(models: readonly T[], target: string): Page<T> | undefined {
  const query = new URLSearchParams(target.split('?')[1] ?? '');
  const limit = limitOf(query.get('limit'), models.length);
  if (limit === undefined) return undefined;
  const before = query.get('before_id');
  if (before !== null) {
    const earlier = models.filter(({ name }) => compareText(name, before) < 0);
    return { models: earlier.slice(Math.max(0, earlier.length - limit)), hasMore: earlier.length > limit };
  }
  const after = query.get('after_id');
  const later = after === null ? models : models.filter(({ name }) => compareText(name, after) > 0);
  return { models: later.slice(0, limit), hasMore: later.length > limit };
}

function limitOf(text: string | null, otherwise: number): number | undefined {
  if (text === null) return otherwise;
  const limit = Number(text);
  return /^\d{1,4}$/.test(text) && limit >= 1 && limit <= mostPerPage ? limit : undefined;
}
