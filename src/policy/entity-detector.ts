import { entities as catalogue, findEntity } from '../guard/catalogue.ts';
import { wordsIn } from '../guard/pii/words.ts';
import { comparable } from '../guard/secrets/allowed.ts';
import { suggest } from '../lib/suggest.ts';
import { redaction } from './redaction.ts';
import { defaulted, optional } from './schema/field.ts';
import { list, set } from './schema/list.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import { reject, under, warn } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { score } from './schema/score.ts';
import { notedJson, ruled } from './schema/server-notes.ts';
import { show } from './schema/show.ts';
import { text } from './schema/text.ts';

export type EntityFamily = 'pii' | 'secret';

/** What can be recognised, and how sure one must be of it. */
export function entityDetector(family: EntityFamily) {
  const known = catalogue.filter((entity) => entity.family === family).map((entity) => entity.name);
  const name = entityName(family, known);
  const fields = ruled(
    object({
      entities: optional(
        set(name, { least: 1, emptyRemedy: 'remove it to mean those that are on by default, or name at least one' }),
        'What to look for; see `sluice guard entities`. Default: those that are marked as default there.',
      ),
      except: defaulted(set(name), [], 'Of those that are on by default: not these.'),
      minScore: defaulted(score, 0.5, 'Findings with a lower score are dropped.'),
      overrides: defaulted(map(name, entityOptions), {}, 'Other rules for single entities, by name.'),
    }),
    {
      rule: '!has(self.entities) || !has(self.except) || self.except.size() == 0',
      message: 'remove except: leave what is not meant out of entities',
      fieldPath: '.except',
    },
  );
  return refine(fields, (spec, place) => {
    const { entities, except } = spec;
    if (entities !== undefined && except.length > 0) {
      return reject(
        under(place, 'except'),
        'is given together with entities',
        'leave what is not meant out of entities',
      );
    }
    if (entities === undefined && known.every((entity) => !isDefault(entity) || except.includes(entity))) {
      return reject(under(place, 'except'), 'leaves nothing to look for', 'name what to look for in entities');
    }
    const isOn = (entity: string): boolean => (entities === undefined ? isDefault(entity) : entities.includes(entity));
    if (family === 'pii') {
      for (const [entity, { context }] of Object.entries(spec.overrides)) {
        const unread = context.findIndex((word) => wordsIn(word).length === 0);
        if (unread < 0) continue;
        const here = under(under(under(under(place, 'overrides'), entity), 'context'), unread);
        const message = `${show(context[unread])} is no word of a script that is read here, so it is never found`;
        return reject(here, message, `write a word of ${scripts} letters`);
      }
    }
    for (const entity of Object.keys(spec.overrides)) {
      if (isOn(entity) && !except.includes(entity)) continue;
      warn(under(under(place, 'overrides'), entity), 'has no effect: it is not looked for', 'add it to entities');
    }
    return spec;
  });
}

const scripts = 'Latin, Greek, Cyrillic, Arabic, Hindi, Thai, Chinese, Japanese or Korean';

function isDefault(entity: string): boolean {
  return findEntity(entity)?.isDefault === true;
}

const valueRemedy = 'write one line of text';
const value = refine(
  text({
    longest: 1000,
    complaint: 'is empty or has control characters in it',
    remedy: valueRemedy,
    isPrivate: true,
  }),
  (given, place) =>
    comparable(given) === ''
      ? reject(place, 'is made of blanks and hyphens, which are not compared, so it is never found', valueRemedy)
      : given,
);

const entityOptions = object({
  minScore: optional(score, 'Findings with a lower score are dropped.'),
  allow: defaulted(list(value, { most: 1000 }), [], 'Values that are never findings, such as your own numbers.'),
  deny: defaulted(list(value, { most: 1000 }), [], 'Values that are always findings.'),
  context: defaulted(
    list(text({ longest: 100, complaint: 'is not a word', remedy: 'write a word' }), { most: 100 }),
    [],
    'Further words before a finding that raise its score.',
  ),
  redaction: optional(redaction, 'What stands in its place; that of the rule if absent.'),
});

export type EntityDetectorSpec = Infer<ReturnType<typeof entityDetector>>;

function entityName(family: EntityFamily, known: readonly string[]): Schema<string> {
  const remedy = 'run `sluice guard entities` for all names';
  return {
    json: notedJson({ enum: known }, { remedy }),
    parse: (given, place) => {
      if (typeof given !== 'string') return reject(place, `${show(given)} is not a text`, remedy);
      const entity = findEntity(given);
      if (entity?.family === family) return given;
      if (entity !== undefined) {
        const [field, what] = family === 'pii' ? ['secrets', 'a secret'] : ['pii', 'personal data'];
        return reject(place, `${show(given)} is ${what}`, `name it under ${field} of another rule`);
      }
      const near = suggest(given, known);
      return reject(place, `${show(given)} is not a known entity`, near === undefined ? remedy : `write ${near}`);
    },
  };
}
