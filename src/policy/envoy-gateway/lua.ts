import type { Infer } from '../schema/schema.ts';
import { tagged, variant } from '../schema/tagged.ts';
import { text } from '../schema/text.ts';
import { configMapReference } from './config-map-reference.ts';

const script = text({
  pattern: '^[^\\u0000]+$',
  longest: 262_144,
  complaint: 'is not a script',
  remedy: 'write a script in Lua',
});

/** A script of your own in the filter chain. */
export const lua = tagged(
  'type',
  {
    Inline: variant('inline', script, 'The script.'),
    ValueRef: variant('valueRef', configMapReference, 'ConfigMap with the script under lua, or as its only entry.'),
  },
  'Where the script stands.',
  'Inline',
);

export type LuaSpec = Infer<typeof lua>;
