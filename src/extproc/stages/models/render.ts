import type { Dialect, Model } from '../../../program/program.ts';
import type { Page } from './page.ts';

/** What clients are shown of a model. Where nobody has said when it came into being, 0: clients want a number. */
export type ShownModel = Pick<Model, 'name' | 'ownedBy' | 'createdAtMs'>;

export function renderOpenaiModels(models: readonly ShownModel[]): string {
  return JSON.stringify({ object: 'list', data: models.map(openaiModel) });
}

export function renderAnthropicModels({ models, hasMore }: Page<ShownModel>): string {
  return JSON.stringify({
    data: models.map(anthropicModel),
    has_more: hasMore,
    first_id: models[0]?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  });
}

export function renderModel(model: ShownModel, dialect: Dialect): string {
  return JSON.stringify(dialect === 'anthropic' ? anthropicModel(model) : openaiModel(model));
}

function openaiModel({ name, ownedBy, createdAtMs }: ShownModel) {
  return { id: name, object: 'model', created: Math.floor(createdAtMs / 1000), owned_by: ownedBy || 'sluice' };
}

function anthropicModel({ name, createdAtMs }: ShownModel) {
  return { type: 'model', id: name, display_name: name, created_at: new Date(createdAtMs).toISOString() };
}
