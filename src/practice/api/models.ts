import type { Dialect } from '../../llm/api.ts';
import { magicModels } from '../magic-models.ts';

/** 1 January 2025, so that the list never changes by itself. */
const createdAt = 1_735_689_600;

const demoModels = ['practice-mini', 'practice-max', 'claude-practice'];

/** What the provider lists; the names that fail on purpose are always known. */
export function listedModels(configured: readonly string[] | undefined): readonly string[] {
  return [...(configured ?? demoModels), ...Object.keys(magicModels)];
}

export function modelList(ids: readonly string[], dialect: Dialect): unknown {
  const data = ids.map((id) => modelEntry(id, dialect));
  return dialect === 'openai'
    ? { object: 'list', data }
    : { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null };
}

export function modelEntry(id: string, dialect: Dialect): unknown {
  return dialect === 'openai'
    ? { id, object: 'model', created: createdAt, owned_by: 'practice' }
    : { type: 'model', id, display_name: id, created_at: new Date(createdAt * 1_000).toISOString() };
}
