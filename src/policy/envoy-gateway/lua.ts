import { luaScript } from '../filter-words.ts';
import type { Infer } from '../schema/schema.ts';
import { tagged, variant } from '../schema/tagged.ts';
import { refused } from '../schema/verdict.ts';
import { configMapReference } from './config-map-reference.ts';

/** A script of your own in the filter chain. */
export const lua = tagged(
  'type',
  {
    Inline: variant('inline', luaScript, 'The script.'),
    ValueRef: variant('valueRef', configMapReference, 'ConfigMap with the script under lua, or as its only entry.'),
  },
  'Where the script stands.',
  'Inline',
  { filterContext: refused('a script is given no values', { remedy: 'write them into the script' }) },
);

export type LuaSpec = Infer<typeof lua>;
