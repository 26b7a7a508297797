import { create } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import type { Listener } from '../../../model/listener.ts';
import { type FilterChoice, filterPlaces } from '../../../model/own-filter.ts';
import { packed } from '../extension.ts';
import { metFilters } from './met-filters.ts';
import { describingName, notingName, takingName } from './names.ts';

type PerFilterConfig = Record<string, Any>;

const switchedOn = packed(FilterConfigSchema, { config: create(AnySchema) });
const switchedOff = packed(FilterConfigSchema, { disabled: true });

/** Something was asked for that cannot be had: nothing may pass. */
export function isClosed(choice: FilterChoice | undefined): boolean {
  return choice !== undefined && Object.values(choice).includes('unusable');
}

/** What a listener says, as far as filters depend on it. */
export type ListenerFilters = Pick<Listener, 'filters' | 'notedTokens' | 'tokens'>;

/** For models, whose keys the processor checks, and where it has to also the tokens. */
export function modelChoice({ filters, tokens: demanded }: ListenerFilters): FilterChoice | undefined {
  if (filters === undefined) return undefined;
  const { keys: _, tokens, ...rest } = filters;
  return { ...rest, ...(tokens !== undefined && demanded === undefined && { tokens }) };
}

/** For a host: everything is off unless it is said here. */
export function onHost(choice: FilterChoice | undefined, isGuarded: boolean): PerFilterConfig {
  const names = modelNames(choice);
  return {
    ...Object.fromEntries(names.map((name) => [name, switchedOn])),
    ...(isGuarded && names.length > 0 && metFilters(names)),
  };
}

/** For the route on which a request stands until the processor has decided. */
export function notedOnRoute({ notedTokens = [], tokens }: ListenerFilters): PerFilterConfig {
  const names = [...notedTokens.map(notingName), ...(tokens ? [describingName(tokens.filter)] : [])];
  return Object.fromEntries(names.map((name) => [name, switchedOn]));
}

/** For an ordinary service on such a host. */
export function onService(
  listener: ListenerFilters,
  own: FilterChoice | undefined,
  isGuarded: boolean,
): PerFilterConfig {
  const inherited = modelNames(modelChoice(listener));
  const wanted = namesOf({ ...listener.filters, ...own });
  const [off, on] = [without(inherited, wanted), without(wanted, inherited)];
  return {
    ...Object.fromEntries(off.map((name) => [name, switchedOff])),
    ...Object.fromEntries(on.map((name) => [name, switchedOn])),
    ...(isGuarded && off.length + on.length > 0 && metFilters(wanted)),
  };
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => !others.includes(name));
}

function modelNames(choice: FilterChoice | undefined): readonly string[] {
  if (choice === undefined) return [];
  const { tokens } = choice;
  return namesOf({ ...choice, ...(Array.isArray(tokens) && { tokens: tokens.map(takingName) }) });
}

function namesOf(choice: FilterChoice): readonly string[] {
  return filterPlaces.flatMap((place) => {
    const names = choice[place];
    return names === undefined || names === 'unusable' ? [] : names;
  });
}
