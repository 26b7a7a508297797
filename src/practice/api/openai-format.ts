import { err, ok, type Result } from '../../lib/result.ts';
import { badField, type Refusal } from '../dialect/refusal.ts';
import { isRecord } from '../messages.ts';
import type { Format } from '../reply.ts';

/** What the fields are called, for the text of a refusal. */
interface Names {
  readonly field: string;
  readonly input: string;
}

/** The shape that is asked for. Chat completions wrap the schema once more than responses do. */
export function formatOf(format: unknown, input: unknown, { field, input: name }: Names): Result<Format, Refusal> {
  if (!isRecord(format) || format.type === 'text') return ok('text');
  if (format.type === 'json_schema') {
    const described = isRecord(format.json_schema) ? format.json_schema : format;
    return isRecord(described.schema)
      ? ok({ schema: described.schema })
      : err(badField(field, `Missing required parameter: '${field}.schema'.`));
  }
  if (format.type !== 'json_object') return err(badField(field, `Invalid value for '${field}.type'.`));
  // Without the word a model may write blanks for ever, so the real one insists.
  if (/json/i.test(JSON.stringify(input))) return ok('json');
  const message = `'${name}' must contain the word 'json' in some form, to use '${field}' of type 'json_object'.`;
  return err(badField(name, message));
}
