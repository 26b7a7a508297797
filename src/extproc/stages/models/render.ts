import type { Dialect, Model } from '../../../program/program.ts';

/** What clients are shown of a model. Where nobody has said when it came into being, 0: clients want a number. */
export type ShownModel = Pick<Model, 'name' | 'ownedBy' | 'createdAtMs'>;

/** The list as OpenAI's and Anthropic's clients read it. */
export function renderModels(models: readonly ShownModel[], dialect: Dialect): string {
  if (dialect === 'anthropic') {
    return JSON.stringify({
      data: models.map(anthropicModel),
      has_more: false,
      first_id: models[0]?.name ?? null,
      last_id: models.at(-1)?.name ?? null,
    });
  }
  return JSON.stringify({ object: 'list', data: models.map(openaiModel) });
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
