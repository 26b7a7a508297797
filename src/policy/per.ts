import { suggest } from '../lib/suggest.ts';
import { headerName } from './header.ts';
import { set } from './schema/list.ts';
import { invalid } from './schema/parsed.ts';
import { reject } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';
import { choices, show } from './schema/show.ts';

const words = ['key', 'user', 'team', 'project', 'model', 'provider'] as const;

const prefix = 'header:';

const remedy = `write ${choices([...words, 'header:NAME'])}`;

const dimension: Schema<string> = {
  json: { type: 'string', pattern: `^(${words.join('|')}|header:[!#$%&'*+.^_\`|~0-9A-Za-z-]{1,128})$` },
  parse: (value, place) => {
    if (typeof value === 'string' && value.startsWith(prefix)) {
      const name = headerName.parse(value.slice(prefix.length), place);
      return name === invalid ? invalid : prefix + name;
    }
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    const near = typeof value === 'string' ? suggest(value, words) : undefined;
    return reject(place, `${show(value)} cannot be counted by`, near === undefined ? remedy : `write ${near}`);
  },
};

/** One counter for each combination of these. */
export const per = set(dimension, { most: 8 });
