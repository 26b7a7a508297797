import { apiNames } from '../llm/api.ts';
import { headerName } from './header.ts';
import { modelGlob } from './name.ts';
import { optional } from './schema/field.ts';
import { set } from './schema/list.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import { type Place, warn } from './schema/place.ts';
import { type Infer, refine } from './schema/schema.ts';
import { choices } from './schema/show.ts';
import { text } from './schema/text.ts';

const emptyRemedy = 'remove it to mean every one, or name at least one';

const documentGlob = text({
  pattern: '^([-a-z0-9]+/)?[-a-z0-9*]+$',
  longest: 63,
  complaint: 'is not a name or pattern',
  remedy: 'write the name of a document; * stands for any characters, such as ci-*',
});

const ownerGlob = text({
  longest: 256,
  complaint: 'has control characters in it',
  remedy: 'write one line of text; * stands for any characters',
});

const apiGlob = refine(
  text({
    pattern: '^[a-z_.*]+$',
    longest: 63,
    complaint: 'is not the name of an API',
    remedy: 'write a name such as chat.completions, responses, messages or embeddings; * stands for any characters',
  }),
  warnOfNoApi,
);

function warnOfNoApi(pattern: string, place: Place): string {
  const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  if (!apiNames.some((name) => expression.test(name))) {
    warn(place, `"${pattern}" matches no API`, `write ${choices(apiNames)}; * stands for any characters`);
  }
  return pattern;
}

const valueGlob = text({
  longest: 1024,
  complaint: 'has control characters in it',
  remedy: 'write a value; * stands for any characters',
});

const labelKey = text({
  pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
  longest: 317,
  complaint: 'is not a label name',
  remedy: 'use letters, digits, - _ and ., with a domain in front if you like: example.com/stage',
});

const values = set(valueGlob, { least: 1, most: 1000, emptyRemedy });

/** Whom a Limit, Budget or Guardrail is for. */
export const scope = object({
  keys: optional(set(documentGlob, { least: 1, most: 10_000, emptyRemedy }), 'Names of ApiKeys; * globs.'),
  users: optional(set(ownerGlob, { least: 1, most: 10_000, emptyRemedy }), 'Users that keys belong to; * globs.'),
  teams: optional(set(ownerGlob, { least: 1, emptyRemedy }), 'Teams that keys belong to; * globs.'),
  projects: optional(set(ownerGlob, { least: 1, emptyRemedy }), 'Projects that keys belong to; * globs.'),
  models: optional(set(modelGlob, { least: 1, emptyRemedy }), 'Names of Models, not aliases; * globs.'),
  providers: optional(set(documentGlob, { least: 1, emptyRemedy }), 'Providers that the request may reach; * globs.'),
  apis: optional(set(apiGlob, { least: 1, emptyRemedy }), 'APIs: chat.completions, responses, messages, …; * globs.'),
  headers: optional(map(headerName, values), 'Request headers and their values; * globs.'),
  labels: optional(map(labelKey, values), 'Labels of the ApiKey and their values; * globs.'),
});

export type ScopeSpec = Infer<typeof scope>;

export const scopeDescription =
  'Whom it is for: all given parts must match, a list means any of it. Default: everyone.';
