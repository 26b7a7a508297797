import { create } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import { type FilterChoice, filterPlaces } from '../../../model/own-filter.ts';
import { packed } from '../extension.ts';
import { notingName, takingName } from './names.ts';

type PerFilterConfig = Record<string, Any>;

const switchedOn = packed(FilterConfigSchema, { config: create(AnySchema) });
const switchedOff = packed(FilterConfigSchema, { disabled: true });

/** Something was asked for that cannot be had: nothing may pass. */
export function isClosed(choice: FilterChoice | undefined): boolean {
  return choice !== undefined && Object.values(choice).includes('unusable');
}

/** For models, whose keys the processor checks. */
export function modelChoice(listener: FilterChoice | undefined): FilterChoice | undefined {
  if (listener === undefined) return undefined;
  const { keys: _, ...rest } = listener;
  return rest;
}

/** For a host: everything is off unless it is said here. */
export function onHost(choice: FilterChoice | undefined): PerFilterConfig {
  return Object.fromEntries(modelNames(choice).map((name) => [name, switchedOn]));
}

/** For the route on which a request stands until the processor has decided. */
export function notedOnRoute(filters: readonly string[] = []): PerFilterConfig {
  return Object.fromEntries(filters.map((name) => [notingName(name), switchedOn]));
}

/** For an ordinary service on such a host. */
export function onService(listener: FilterChoice | undefined, own: FilterChoice | undefined): PerFilterConfig {
  const inherited = modelNames(modelChoice(listener));
  const wanted = namesOf({ ...listener, ...own });
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
