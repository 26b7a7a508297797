import { type JsonValue, jsonValue } from './schema/json-value.ts';
import { isMap } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';

/**
 * A part of a Kubernetes object, in the words of its own API: the API server checks it when it is applied, and what it
 * says stands in the status. Copying its schema here would only mean being out of date.
 */
export type KubernetesObject = { readonly [field: string]: JsonValue };

export const kubernetesObject: Schema<KubernetesObject> = {
  json: { type: 'object', additionalProperties: {} },
  parse(value, place): Parsed<KubernetesObject> {
    if (!isMap(value)) return reject(place, 'is not a map', 'write a map, as in a Kubernetes manifest');
    const parsed: Record<string, JsonValue> = Object.create(null);
    let isValid = true;
    for (const [name, item] of Object.entries(value)) {
      const result = jsonValue.parse(item, under(place, name));
      if (result === invalid) isValid = false;
      else parsed[name] = result;
    }
    return isValid ? parsed : invalid;
  },
};

/** One that is told apart by its name, as containers and variables are. */
export const namedKubernetesObject: Schema<KubernetesObject & { readonly name: string }> = {
  json: { type: 'object', additionalProperties: {} },
  parse(value, place: Place) {
    const parsed = kubernetesObject.parse(value, place);
    if (parsed === invalid) return invalid;
    const { name } = parsed;
    if (typeof name === 'string' && name !== '') return { ...parsed, name };
    return reject(under(place, 'name'), 'is missing', 'add name: NAME');
  },
};
