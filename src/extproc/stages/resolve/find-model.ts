import { type Model, type Program, unlistedModel } from '../../../program/program.ts';

export interface FoundModel {
  readonly model: Model;
  /** Empty: any provider of the model's chain. */
  readonly onlyProvider: string;
  /** The name without a provider in front. */
  readonly withoutProvider: string;
}

/**
 * A name or alias as it stands. Otherwise `provider/model`: the logical model by its name, an alias, or the provider's
 * own name for it; the prefix then keeps the chain to that provider.
 */
function findModel(program: Program, named: string): FoundModel | undefined {
  const model = program.models.find(named);
  if (model !== undefined) return { model, onlyProvider: '', withoutProvider: named };
  const slash = named.indexOf('/');
  if (slash < 1) return undefined;
  const provider = named.slice(0, slash);
  const rest = named.slice(slash + 1);
  if (!program.providers.has(provider)) return undefined;
  const byName = program.models.find(rest);
  if (byName !== undefined) return { model: byName, onlyProvider: provider, withoutProvider: rest };
  for (const name of program.routes.modelsServing(provider, rest)) {
    const serving = program.models.find(name);
    if (serving !== undefined) return { model: serving, onlyProvider: provider, withoutProvider: rest };
  }
  return undefined;
}

/** Also one that routes may open: whether one of them matches the name is seen when it is looked for. */
export function findModelOrOpened(program: Program, named: string): FoundModel | undefined {
  const found = findModel(program, named);
  if (found !== undefined || !program.routes.opensModels) return found;
  return { model: unlistedModel(named), onlyProvider: '', withoutProvider: named };
}
