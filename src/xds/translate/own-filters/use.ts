import { create } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import type { Listener } from '../../../model/listener.ts';
import { type FilterChoice, filterPlaces } from '../../../model/own-filter.ts';
import { packed } from '../extension.ts';
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
export function onHost(choice: FilterChoice | undefined): PerFilterConfig {
  return Object.fromEntries(modelNames(choice).map((name) => [name, switchedOn]));
}

/** For the route on which a request stands until the processor has decided. */
export function notedOnRoute({ notedTokens = [], tokens }: ListenerFilters): PerFilterConfig {
  const names = [...notedTokens.map(notingName), ...(tokens ? [describingName(tokens.filter)] : [])];
  return Object.fromEntries(names.map((name) => [name, switchedOn]));
}

/** For an ordinary service on such a host. */
export function onService(listener: ListenerFilters, own: FilterChoice | undefined): PerFilterConfig {
  const inherited = modelNames(modelChoice(listener));
  const wanted = namesOf({ ...listener.filters, ...own });
  return Object.fromEntries([
    ...inherited.filter((name) => !wanted.includes(name)).map((name) => [name, switchedOff] as const),
    ...wanted.filter((name) => !inherited.includes(name)).map((name) => [name, switchedOn] as const),
  ]);
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
