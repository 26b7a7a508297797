import { luaScript } from '../filter-words.ts';
import { dottedName } from '../name.ts';
import { optional, required } from '../schema/field.ts';
import { exactlyOneOf, exactlyOneRequired } from '../schema/given.ts';
import { object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { onFailure } from './on-failure.ts';

const places = ['inline', 'file', 'configMapKeyRef'] as const;

const file = text({
  longest: 4096,
  complaint: 'is not a path',
  remedy: 'write a path, relative to the folder of this document, such as scripts/tenant.lua',
});

const configMapKeyRef = object({
  name: required(dottedName, 'Name of the ConfigMap.'),
  key: required(
    text({
      pattern: '^[-._a-zA-Z0-9]+$',
      complaint: 'is not a key of a ConfigMap',
      remedy: 'use letters, digits, - _ and .',
    }),
    'Key within the ConfigMap.',
  ),
});

const fields = object({
  inline: optional(luaScript, 'The script.'),
  file: optional(file, 'Path of a file, relative to the folder of this document. In a folder only.'),
  configMapKeyRef: optional(configMapKeyRef, 'A key of a ConfigMap of the namespace of this document.'),
  onFailure,
});

/** A script in Lua. */
export const lua = refine({ ...fields, json: { ...fields.json, ...exactlyOneRequired(places) } }, (spec, place) => {
  const remedy = 'say where the script is: {inline: …}, {file: path} or {configMapKeyRef: {name: …, key: …}}';
  return exactlyOneOf(spec, places, place, remedy) === undefined ? invalid : spec;
});

export type LuaExtension = Infer<typeof lua>;
