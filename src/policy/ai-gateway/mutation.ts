import { headerValue, mutableHeader } from '../header.ts';
import { defaulted, required } from '../schema/field.ts';
import { type JsonValue, jsonValue } from '../schema/json-value.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { reject } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { keyed } from '../schema/server-notes.ts';
import { kindOf } from '../schema/show.ts';
import { text } from '../schema/text.ts';
import { unique } from './unique.ts';

const headerToChange = mutableHeader('remove it and use a BackendSecurityPolicy');

/** Changes of request headers. Those of a route win over those of a backend. Names come out in lower case. */
export const headerMutation = object({
  set: defaulted(
    refine(
      keyed(
        list(
          object({
            name: required(headerToChange, 'Name of the header, in any case.'),
            value: required(headerValue, 'Its value.'),
          }),
          { most: 16 },
        ),
        'name',
      ),
      unique('name'),
    ),
    [],
    'Headers to set, replacing the caller’s.',
  ),
  remove: defaulted(list(headerToChange, { most: 16 }), [], 'Headers to remove.'),
});

export type HeaderMutation = Infer<typeof headerMutation>;

const bodyField = refine(
  text({ longest: 128, complaint: 'is not a field name', remedy: 'write the name of a top-level field' }),
  (name, place) => {
    // Both decide where a request goes and how its answer is read, long before the body is changed.
    if (name === 'model') return reject(place, 'model is decided by the gateway', 'use modelNameOverride');
    return name === 'stream' ? reject(place, 'stream is decided by the caller', 'remove it') : name;
  },
);

const remedy = 'write JSON as a text: "\\"scale\\"", "42", "true", "null"';

/** JSON as text, parsed. Not repeated in messages: what people put into bodies may be anything. */
const jsonText: Schema<JsonValue> = {
  json: { type: 'string', minLength: 1, maxLength: 65_536 },
  parse: (value, place): Parsed<JsonValue> => {
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of JSON text`, remedy);
    if (value.length > 65_536) return reject(place, 'is longer than 65536 characters', 'make it shorter');
    try {
      return jsonValue.parse(JSON.parse(value), place);
    } catch {
      return reject(place, 'the value (not repeated here) is not JSON', remedy);
    }
  },
};

/** Changes of top-level fields of JSON request bodies. A dot in a name is a dot. */
export const bodyMutation = object({
  set: defaulted(
    refine(
      keyed(
        list(
          object({
            path: required(bodyField, 'Name of the field.'),
            value: required(jsonText, 'Its value, as JSON text.'),
          }),
          { most: 16 },
        ),
        'path',
      ),
      unique('path'),
    ),
    [],
    'Fields to set, replacing the caller’s.',
  ),
  remove: defaulted(list(bodyField, { most: 16 }), [], 'Fields to remove.'),
});

export type BodyMutation = Infer<typeof bodyMutation>;
