import { Document, isMap, isSeq } from 'yaml';
import { kinds } from '../../../src/policy/kinds.ts';
import type { CatalogueEntry } from './catalogue-entries.ts';

/** A policy document, ready for the policy folder. */
export function catalogueDocument(name: string, prices: readonly CatalogueEntry[]): object {
  const { apiVersion } = kinds.PriceCatalogue;
  return { apiVersion, kind: 'PriceCatalogue', metadata: { name }, spec: { prices } };
}

/** As YAML with one line for each price, so that differences between two imports are easily read. */
export function yamlOf(value: object): string {
  const document = new Document(value);
  const prices = document.getIn(['spec', 'prices']);
  if (isSeq(prices)) for (const price of prices.items) if (isMap(price)) price.flow = true;
  return document.toString({ lineWidth: 0 });
}
