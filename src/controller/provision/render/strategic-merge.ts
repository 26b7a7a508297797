import type { JsonValue } from '../../../policy/schema/json-value.ts';
import { isJsonMap, type Json } from './json.ts';

/**
 * Strategic merge patch, as `kubectl patch` has it: maps merge, `null` removes a field, and lists whose entries have a
 * name merge entry by entry. Every other list is replaced. In an entry or a map `$patch: delete` removes it and
 * `$patch: replace` puts what stands beside it in its place.
 */
const listKeys: { readonly [list: string]: readonly string[] } = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  // The API replaces these as a whole. Here there is something in them already only if the parameters say so, and whoever
  // writes an overlay wants one more.
  tolerations: ['key', 'operator', 'value', 'effect'],
};

/** Of these only one member may be there: another one takes its place. */
const alternatives: { readonly [map: string]: (entry: Json) => readonly string[] } = {
  volumes: (entry) => Object.keys(entry).filter((key) => key !== 'name'),
};

export function strategicMerge(base: Json, patch: Json): Json {
  return mergeMaps(base, patch, []);
}

function mergeMaps(base: Json, patch: Json, path: readonly string[]): Json {
  const { $patch, $setElementOrder: _order, ...changes } = patch;
  if ($patch === 'replace') return changes;
  const merged: Record<string, JsonValue> = { ...base };
  // A strategy has parameters of its own type only.
  if (path.at(-1) === 'strategy' && typeof changes.type === 'string' && changes.type !== base.type) {
    return withoutNulls(changes);
  }
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name];
    if (value === null || (isJsonMap(value) && value.$patch === 'delete')) delete merged[name];
    else if (isJsonMap(value)) merged[name] = mergeMaps(isJsonMap(before) ? before : {}, value, [...path, name]);
    else if (Array.isArray(value)) merged[name] = mergeLists(asList(before), value, [...path, name]);
    else merged[name] = value;
  }
  return merged;
}

function mergeLists(
  base: readonly JsonValue[],
  patch: readonly JsonValue[],
  path: readonly string[],
): readonly JsonValue[] {
  const keys = keysOf(path);
  if (keys === undefined || !patch.every(isJsonMap)) return patch;
  if (patch.some((entry) => entry.$patch === 'replace')) return patch.filter((entry) => entry.$patch !== 'replace');
  const merged: JsonValue[] = [...base];
  for (const entry of patch) {
    const at = merged.findIndex((other) => isJsonMap(other) && keys.every((key) => other[key] === entry[key]));
    const before = merged[at];
    if (entry.$patch === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (isJsonMap(before)) {
      merged[at] = mergeMaps(withoutAlternatives(before, entry, path), entry, [...path, '*']);
    } else merged.push(withoutNulls(entry));
  }
  return merged;
}

/** Ports of containers are told apart by one field, ports of Services by another. */
function keysOf(path: readonly string[]): readonly string[] | undefined {
  const name = path.at(-1) ?? '';
  if (name !== 'ports') return ownOf(listKeys, name);
  return path.some((part) => part === 'containers' || part === 'initContainers') ? ['containerPort'] : ['port'];
}

function withoutAlternatives(before: Json, entry: Json, path: readonly string[]): Json {
  const choices = ownOf(alternatives, path.at(-1) ?? '');
  if (choices === undefined) return before;
  const chosen = choices(entry);
  const isOther = choices(before).some((key) => !chosen.includes(key));
  return chosen.length > 0 && isOther ? {} : before;
}

function withoutNulls(value: Json): Json {
  return mergeMaps({}, value, []);
}

function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** Overlays may have fields of any name, such as `constructor`, which every object of JavaScript has. */
function ownOf<T>(map: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
