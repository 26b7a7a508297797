import { sortedByName } from '../lib/sort.ts';
import type { Model, ModelTable } from './program.ts';

/** Names before aliases: while an alias moves from one model to another, no name is ever hidden by it. */
export function modelTable(models: ReadonlyMap<string, Model>): ModelTable {
  const byName = new Map<string, Model>();
  const sorted = sortedByName(models.values());
  for (const model of sorted) byName.set(model.name, model);
  for (const model of sorted) {
    for (const alias of model.aliases) if (!byName.has(alias)) byName.set(alias, model);
  }
  return { find: (name) => byName.get(name), listed: sorted.filter((model) => model.isListed) };
}
