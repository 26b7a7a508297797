import type { Dialect } from '../../../program/program.ts';

/** The day this gateway's models came into being is nobody's business; clients want a number. */
const created = 0;

/** The list as OpenAI's and Anthropic's clients read it. */
export function renderModels(names: readonly string[], dialect: Dialect): string {
  if (dialect === 'anthropic') {
    return JSON.stringify({
      data: names.map(anthropicModel),
      has_more: false,
      first_id: names[0] ?? null,
      last_id: names.at(-1) ?? null,
    });
  }
  return JSON.stringify({ object: 'list', data: names.map(openaiModel) });
}

export function renderModel(name: string, dialect: Dialect): string {
  return JSON.stringify(dialect === 'anthropic' ? anthropicModel(name) : openaiModel(name));
}

function openaiModel(id: string) {
  return { id, object: 'model', created, owned_by: 'sluice' };
}

function anthropicModel(id: string) {
  return { type: 'model', id, display_name: id, created_at: new Date(created).toISOString() };
}
