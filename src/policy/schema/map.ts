import { isMap } from './object.ts';
import { invalid } from './parsed.ts';
import { reject, under } from './place.ts';
import type { JsonSchema, Schema } from './schema.ts';
import { show } from './show.ts';

const most = 256;

/** A map from names of one kind to values of another. */
export function map<T>(key: Schema<string>, entry: Schema<T>): Schema<{ readonly [key: string]: T }> {
  return {
    json: { type: 'object', propertyNames: keyJson(key.json), additionalProperties: entry.json, maxProperties: most },
    parse: (value, place) => {
      if (!isMap(value)) return reject(place, `${show(value)} is not a map`, 'write a map: {name: value}');
      const size = Object.keys(value).length;
      if (size > most) return reject(place, `has ${size} entries, which is more than ${most}`, `give at most ${most}`);
      // No prototype, so that a key named __proto__ is a key like any other.
      const parsed: Record<string, T> = Object.create(null);
      let isValid = true;
      for (const [name, item] of Object.entries(value)) {
        const here = under(place, name);
        const parsedKey = key.parse(name, here);
        const parsedItem = entry.parse(item, here);
        if (parsedKey === invalid || parsedItem === invalid) isValid = false;
        else parsed[parsedKey] = parsedItem;
      }
      return isValid ? parsed : invalid;
    },
  };
}

function keyJson(json: JsonSchema): JsonSchema {
  const { type: _alwaysString, ...rest } = json;
  return rest;
}
