import { invalid } from './parsed.ts';
import { reject, under } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

export interface ListRule {
  readonly least?: number;
  readonly most?: number;
  /** Said when there are too few entries. */
  readonly emptyRemedy?: string;
}

export function list<T>(entry: Schema<T>, rule: ListRule = {}): Schema<readonly T[]> {
  const { least = 0, most = 1000 } = rule;
  return {
    json: { type: 'array', items: entry.json, maxItems: most, ...(least === 0 ? {} : { minItems: least }) },
    parse: (value, place) => {
      if (!Array.isArray(value)) return reject(place, `${show(value)} is not a list`, 'write a list: [ … ]');
      if (value.length < least) return reject(place, 'is empty', rule.emptyRemedy ?? `give at least ${least}`);
      if (value.length > most) {
        return reject(place, `has ${value.length} entries, which is more than ${most}`, `give at most ${most}`);
      }
      const parsed: T[] = [];
      let isValid = true;
      for (const [index, item] of value.entries()) {
        const result = entry.parse(item, under(place, index));
        if (result === invalid) isValid = false;
        else parsed.push(result);
      }
      return isValid ? parsed : invalid;
    },
  };
}

/** A list without repetitions. */
export function set(entry: Schema<string>, rule: ListRule = {}): Schema<readonly string[]> {
  const plain = list(entry, rule);
  return {
    json: { ...plain.json, uniqueItems: true },
    parse: (value, place) => {
      const parsed = plain.parse(value, place);
      if (parsed === invalid) return invalid;
      for (const [index, item] of parsed.entries()) {
        if (parsed.indexOf(item) !== index) {
          return reject(under(place, index), `${show(item)} stands here twice`, 'remove one of them');
        }
      }
      return parsed;
    },
  };
}
