import type { EntityInfo } from './entity.ts';
import { piiEntities } from './pii/entities.ts';
import { secretEntities } from './secrets/entities.ts';

/** Everything that a rule can name. Light to import: no matcher and no data hangs on it. */
export const entities: readonly EntityInfo[] = [...piiEntities, ...secretEntities];

const byName = new Map(entities.map((entity) => [entity.name, entity]));

export function findEntity(name: string): EntityInfo | undefined {
  return byName.get(name);
}
