import { err, ok, type Result } from '../../lib/result.ts';
import { badField, type Refusal } from '../dialect/refusal.ts';

type Body = Readonly<Record<string, unknown>>;

/** The first of the fields that is there. */
export function tokenLimit(body: Body, names: readonly string[]): Result<number | undefined, Refusal> {
  for (const name of names) {
    const limit = body[name];
    if (limit === undefined || limit === null) continue;
    if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return ok(limit);
    return err(badField(name, `Invalid '${name}': a whole number of at least 1 is expected.`));
  }
  return ok(undefined);
}

/** Refused rather than answered with one: nobody should count on what is not there. */
export function refuseSeveralChoices(body: Body): Refusal | undefined {
  const { n } = body;
  return n === undefined || n === null || n === 1
    ? undefined
    : badField('n', "Invalid 'n': the practice provider gives one choice.");
}
