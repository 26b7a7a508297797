import {
  type CatalogueNote,
  isSamePrice,
  labelOf,
  type PricedModel,
} from '../../../src/llm/price/catalogue/catalogue.ts';
import { type PricingDocument, pricingDocument } from '../../../src/llm/price/catalogue/document.ts';
import { listedPrice } from '../../../src/policy/price-catalogue.ts';
import { invalid } from '../../../src/policy/schema/parsed.ts';
import { type Finding, pathText } from '../../../src/policy/schema/place.ts';
import type { Selection } from './selection.ts';

/** One of `spec.prices` of a PriceCatalogue. */
export interface CatalogueEntry {
  readonly provider?: string;
  readonly model: string;
  readonly pricing: PricingDocument;
}

export interface LabelledEntry {
  /** In the words of the file. */
  readonly label: string;
  readonly entry: CatalogueEntry;
}

/** Prices as a policy takes them; one that it would refuse is left out, and what it would say becomes a note. */
export function catalogueEntries(
  prices: readonly PricedModel[],
  { nameOf }: Selection,
): { readonly entries: readonly LabelledEntry[]; readonly notes: readonly CatalogueNote[] } {
  const entries = new Map<string, LabelledEntry & Pick<PricedModel, 'pricing'>>();
  const notes: CatalogueNote[] = [];
  for (const price of prices) {
    const { provider, model, pricing } = price;
    const name = provider === undefined ? {} : { provider: nameOf(provider) };
    const entry = { ...name, model, pricing: pricingDocument(pricing) };
    const findings: Finding[] = [];
    const isTaken = listedPrice.parse(entry, { path: [], findings, facts: { name: '', now: 0 } }) !== invalid;
    const label = labelOf(price);
    for (const { severity, path, message } of findings) {
      const kind = severity === 'error' ? 'skipped' : 'odd';
      notes.push({ model: label, kind, says: `${pathText(path)} ${message}` });
    }
    if (!isTaken) continue;
    // Two words of a file may mean one service.
    const key = labelOf({ provider: name.provider, model });
    const first = entries.get(key);
    if (first === undefined) entries.set(key, { label, entry, pricing });
    else if (!isSamePrice(first, price)) {
      notes.push({ model: label, kind: 'lost', says: `has another price than ${first.label}, which is the same here` });
    }
  }
  return { entries: [...entries.values()], notes };
}
