import { sortedByName } from '../../../lib/sort.ts';
import type { BodyMutation, HeaderMutation } from '../../../policy/ai-gateway/mutation.ts';
import type { BodyField } from '../../provider.ts';
import type { RequestChanges } from '../../route.ts';

/** What a backend, or a reference to one, changes of requests. Absent: nothing. */
export function requestChanges(
  headers: HeaderMutation | undefined,
  body: BodyMutation | undefined,
): RequestChanges | undefined {
  const changes: RequestChanges = {
    setHeaders: sortedByName(headers?.set ?? []),
    addHeaders: [],
    removeHeaders: [...(headers?.remove ?? [])].sort(),
    setBody: sortedByName(
      (body?.set ?? []).map(({ path, value }): BodyField => ({ name: path, json: JSON.stringify(value) })),
    ),
    removeBody: [...(body?.remove ?? [])].sort(),
  };
  return Object.values(changes).some((list: readonly unknown[]) => list.length > 0) ? changes : undefined;
}
