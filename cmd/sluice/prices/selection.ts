import { labelOf, type PricedModel } from '../../../src/llm/price/catalogue/catalogue.ts';
import { compileNames } from '../../../src/program/glob.ts';
import { providerName } from './provider-name.ts';

/** Which prices of a file are wanted, and what their providers are called then. */
export interface Selection {
  /** Without it every price is. */
  readonly isNarrow: boolean;
  includes(price: PricedModel): boolean;
  nameOf(provider: string): string;
}

/** `providers`: words of the file, each perhaps with another name: `azure=azure-eu`. `models`: globs. */
export function selectionOf(providers: readonly string[], models: readonly string[]): Selection {
  const renamed = new Map(
    providers.map((text) => {
      const [word = '', name] = text.split('=', 2);
      return [word, name ?? providerName(word)];
    }),
  );
  const names = models.length === 0 ? undefined : compileNames(models);
  return {
    isNarrow: providers.length > 0 || models.length > 0,
    includes: (price) =>
      (renamed.size === 0 || renamed.has(price.provider ?? '')) &&
      (names === undefined || names.matches(price.model) || names.matches(labelOf(price))),
    nameOf: (provider) => renamed.get(provider) ?? providerName(provider),
  };
}
