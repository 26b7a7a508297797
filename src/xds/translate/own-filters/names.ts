import type { GatewayModel } from '../../../model/gateway.ts';
import type { OwnFilter } from '../../../model/own-filter.ts';

/** What a filter does with what it has checked; only those for tokens have more than one way. */
export type FilterUse = 'plain' | 'taking' | 'noting' | 'describing';

export interface FilterName {
  readonly name: string;
  readonly use: FilterUse;
}

/**
 * What one filter is called in Envoy. A token of somebody who asks for a model stands where the key is looked for, and two
 * of them are refused: so there it is taken off. An ordinary service may want to read it. Where single routes ask for
 * tokens, it is noted what is in them, and the processor decides; if it decides for a whole listener, headers are still made
 * of claims in front of everything.
 */
export function inChain(
  filter: OwnFilter,
  { listeners, services }: Pick<GatewayModel, 'listeners' | 'services'>,
): readonly FilterName[] {
  const plain: FilterName = { name: filter.name, use: 'plain' };
  if (filter.kind !== 'tokens') return [plain];
  const isOfListener = listeners.some(({ filters }) => filters?.tokens?.includes(filter.name) === true);
  const isBeforeModels = listeners.some(
    ({ filters, tokens }) => tokens === undefined && filters?.tokens?.includes(filter.name) === true,
  );
  const isDescribing = listeners.some(({ tokens }) => tokens?.filter === filter.name);
  const isNoted = listeners.some(({ notedTokens }) => notedTokens?.includes(filter.name) === true);
  const isOfService = services.routes.some(({ filters }) => filters?.tokens?.includes(filter.name) === true);
  return [
    ...(isOfListener || isOfService || !isNoted ? [plain] : []),
    ...(isBeforeModels ? [{ name: takingName(filter.name), use: 'taking' } as const] : []),
    ...(isNoted ? [{ name: notingName(filter.name), use: 'noting' } as const] : []),
    ...(isDescribing ? [{ name: describingName(filter.name), use: 'describing' } as const] : []),
  ];
}

export function takingName(name: string): string {
  return `${name}/taken`;
}

const noted = '/tokens/noted';
const described = '/tokens/described';

/** Of a filter for tokens. Documents have no `/` in their names, so no other filter's name ends like this. */
export function notingName(name: string): string {
  return name.replace(/\/tokens$/, noted);
}

export function describingName(name: string): string {
  return name.replace(/\/tokens$/, described);
}

/** It lets everybody pass: somebody else refuses. */
export function isNotingName(name: string): boolean {
  return name.endsWith(noted) || name.endsWith(described);
}
