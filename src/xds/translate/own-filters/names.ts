import type { Listener } from '../../../model/listener.ts';
import type { OwnFilter } from '../../../model/own-filter.ts';

export interface FilterName {
  readonly name: string;
  /** It takes the token off that it has checked. */
  readonly isTaken: boolean;
}

/**
 * What one filter is called in Envoy. A token of somebody who asks for a model stands where the key is looked for, and two
 * of them are refused: so there it is taken off. An ordinary service may want to read it.
 */
export function inChain(filter: OwnFilter, listeners: readonly Listener[]): readonly FilterName[] {
  const plain = { name: filter.name, isTaken: false };
  if (filter.kind !== 'tokens') return [plain];
  const isBeforeModels = listeners.some(({ filters }) => filters?.tokens?.includes(filter.name) === true);
  return isBeforeModels ? [plain, { name: takingName(filter.name), isTaken: true }] : [plain];
}

export function takingName(name: string): string {
  return `${name}/taken`;
}
