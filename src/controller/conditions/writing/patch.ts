import { isDeepStrictEqual } from 'node:util';
import { type Condition, isOwnType } from '../condition.ts';
import { ownEntry, referenceFields, writtenKey } from '../entries.ts';
import { type Fields, fieldsOf, listOf } from '../fields.ts';
import type { ListenerStatus, Status } from '../status.ts';

/**
 * The JSON merge patch that makes a status say what it is to say, or nothing where it says so already. Lists are sent
 * whole, with the entries of others as they stand: Gateway API's lists of parents and ancestors are atomic, so that
 * server-side apply would take them over whole and throw the others out. The resource version that goes with the patch
 * makes the API server refuse it should anybody have written meanwhile.
 */
export function statusPatch(status: Status, current: Fields, now: string): Fields | undefined {
  const fields = Object.entries(wanted(status, current, now)).filter(
    ([name, value]) => !isDeepStrictEqual(value, current[name] ?? absent(value)),
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The API server refuses a status with more. */
const most = { parents: 32, ancestors: 16 } as const;
const mostAddresses = 16;

function wanted(status: Status, current: Fields, now: string): Fields {
  switch (status.shape) {
    case 'object':
      return {
        ...(status.observedGeneration !== undefined && { observedGeneration: status.observedGeneration }),
        conditions: conditions(status.conditions, current.conditions, now),
      };
    case 'class':
      return {
        conditions: conditions(status.conditions, current.conditions, now),
        supportedFeatures: status.supportedFeatures.map((name) => ({ name })),
      };
    case 'gateway':
      return {
        conditions: conditions(status.conditions, current.conditions, now),
        addresses: status.addresses.slice(0, mostAddresses),
        listeners: status.listeners.map((listener) => listenerFields(listener, current, now)),
      };
    default:
      return { [status.shape]: entries(status, current, now) };
  }
}

/** Ours where ours stood, and what others wrote beside them. */
function conditions(own: readonly Condition[], current: unknown, now: string): readonly Fields[] {
  const before = listOf(current);
  const written = new Map(own.map((condition) => [condition.type as unknown, withTime(condition, before, now)]));
  return [
    ...inPlace(
      before,
      ({ type }) => isOwnType(type),
      ({ type }) => type,
      written,
    ),
  ];
}

/** The time changes only with the status, not with words. */
function withTime(condition: Condition, before: readonly Fields[], now: string): Fields {
  const last = before.find(({ type }) => type === condition.type);
  const isUnchanged = last?.status === condition.status && typeof last.lastTransitionTime === 'string';
  return { ...condition, lastTransitionTime: isUnchanged ? last.lastTransitionTime : now };
}

/** A list that says the same stays the same list: everything keeps its place, what is new comes last. */
function* inPlace(
  before: readonly Fields[],
  isOurs: (entry: Fields) => boolean,
  keyOf: (entry: Fields) => unknown,
  own: Map<unknown, Fields>,
): Iterable<Fields> {
  for (const entry of before) {
    const ours = isOurs(entry) ? own.get(keyOf(entry)) : entry;
    if (ours !== undefined) yield ours;
    if (isOurs(entry)) own.delete(keyOf(entry));
  }
  yield* own.values();
}

function listenerFields(listener: ListenerStatus, current: Fields, now: string): Fields {
  const before = listOf(current.listeners).find(({ name }) => name === listener.name);
  return { ...listener, conditions: conditions(listener.conditions, before?.conditions, now) };
}

function entries(
  { shape, controllerName, entries: own }: Extract<Status, { readonly controllerName: string }>,
  current: Fields,
  now: string,
): readonly Fields[] {
  const field = referenceFields[shape];
  const before = listOf(current[shape]);
  const isOurs = (entry: Fields): boolean => entry.controllerName === controllerName;
  const room = Math.max(0, most[shape] - before.filter((entry) => !isOurs(entry)).length);
  const written = new Map<unknown, Fields>();
  for (const { reference, conditions: said } of mostTelling(own, room)) {
    const last = ownEntry(current, shape, controllerName, reference);
    const entry = { [field]: reference, controllerName, conditions: conditions(said, last.conditions, now) };
    written.set(writtenKey(reference), entry);
  }
  return [...inPlace(before, isOurs, (entry) => writtenKey(fieldsOf(entry[field])), written)];
}

/** Where there is no room for all, those come first with which something is wrong. */
function mostTelling<T extends { readonly conditions: readonly Condition[] }>(
  all: readonly T[],
  room: number,
): readonly T[] {
  if (all.length <= room) return all;
  const isWrong = ({ conditions: said }: T): boolean => said.some(({ status }) => status === 'False');
  return [...all.filter(isWrong), ...all.filter((each) => !isWrong(each))].slice(0, room);
}

/** An empty list need not be written where there is none. */
function absent(value: unknown): unknown {
  return Array.isArray(value) ? [] : undefined;
}
