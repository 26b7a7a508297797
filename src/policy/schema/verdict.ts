import type { Field } from './field.ts';
import { invalid, type Parsed } from './parsed.ts';
import { type Place, reject, warn } from './place.ts';
import type { JsonSchema, Schema } from './schema.ts';

/**
 * What becomes of a field of a foreign vocabulary. Honoured ones may say what of them is not. The tables of
 * docs/compatibility.md are made of these.
 */
export type Verdict =
  | { readonly kind: 'honoured'; readonly except?: string }
  /** Read and checked with all below it; whoever builds the model says in the status that it is not served yet. */
  | { readonly kind: 'reported'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'withoutEffect'; readonly reason: string };

/** A symbol, so that neither printing nor validating a JSON Schema ever meets it, and copying keeps it. */
const verdict: unique symbol = Symbol('what becomes of the field');

export function verdictOf(json: JsonSchema): Verdict {
  return (json as { readonly [verdict]?: Verdict })[verdict] ?? { kind: 'honoured' };
}

function judged(json: JsonSchema, what: Verdict): JsonSchema {
  return { ...json, [verdict]: what };
}

/** The same schema, honoured but for what the sentence says; that is for the model build to find and to report. */
export function except<T>(schema: Schema<T>, sentence: string): Schema<T> {
  return { ...schema, json: judged(schema.json, { kind: 'honoured', except: sentence }) };
}

/** The same schema, of which the model build reports that it is not served yet. */
export function reported<T>(schema: Schema<T>, reason: string): Schema<T> {
  return { ...schema, json: judged(schema.json, { kind: 'reported', reason }) };
}

export interface RefusedOptions {
  readonly remedy?: string;
  /** `false` and empty lists usually ask for nothing. Set where they do. */
  readonly evenFalse?: true;
  /** What its own vocabulary has there: conditions of an API server see no field that may be anything. */
  readonly as?: Schema<unknown>;
}

/** The same schema, of which nothing comes: what asks for it is there in another way, or needs no asking. */
export function withoutEffect<T>(schema: Schema<T>, reason: string): Schema<T> {
  return { ...schema, json: judged(schema.json, { kind: 'withoutEffect', reason }) };
}

/**
 * A field that we know and do not do: an error of its own reason, never ignored. Editors and API servers know it all the
 * same, so that an object with it can be stored and say so in its status.
 */
export function refused(reason: string, options: RefusedOptions = {}): Field<undefined, 'never'> {
  return {
    presence: 'never',
    schema: {
      json: judged(options.as?.json ?? {}, { kind: 'refused', reason }),
      parse: (value, place) => {
        if (options.evenFalse !== true && asksNothing(value)) return undefined;
        return refuse(place, `is not served: ${reason}`, options.remedy ?? 'remove it');
      },
    },
    description: `Not served: ${reason}.`,
    isRequired: false,
  };
}

/**
 * A field that we know and do not do yet: a warning says so, and everything else in the document is in force. Not for what
 * bounds or protects, since whoever asks for that does not want to be served without it.
 */
export function unservedYet(reason: string, options: Pick<RefusedOptions, 'as'> = {}): Field<undefined, 'never'> {
  return {
    presence: 'never',
    schema: {
      json: judged(options.as?.json ?? {}, { kind: 'reported', reason }),
      parse: (value, place) => {
        if (asksNothing(value)) return undefined;
        // Editors and API servers check its form; so do we, or a misspelled field would pass unseen here alone.
        if (options.as?.parse(value, place) === invalid) return invalid;
        warn(place, `is not served yet: ${reason}`, 'remove it; the rest is in force', 'UnsupportedValue');
        return undefined;
      },
    },
    description: `Not served yet: ${reason}. The rest is in force.`,
    isRequired: false,
  };
}

/** A field without meaning here, such as the infrastructure of another product: said, but it stops nothing. */
export function notApplicable(reason: string): Field<undefined, 'never'> {
  return {
    presence: 'never',
    schema: {
      json: judged({}, { kind: 'withoutEffect', reason }),
      parse: (value, place) => {
        if (!asksNothing(value)) warn(place, `has no effect here: ${reason}`, 'remove it, unless others read it');
        return undefined;
      },
    },
    description: `Without effect: ${reason}.`,
    isRequired: false,
  };
}

/** A field that others read: nobody needs to be told that we do not. */
export function forOthers(reader: string): Field<undefined, 'never'> {
  return {
    presence: 'never',
    schema: {
      json: judged({}, { kind: 'withoutEffect', reason: `${reader} reads it` }),
      parse: () => undefined,
    },
    description: `Read by ${reader}.`,
    isRequired: false,
  };
}

/** Well written, and not something that we do. */
export function refuse(place: Place, message: string, remedy: string): Parsed<never> {
  return reject(place, message, remedy, 'UnsupportedValue');
}

function asksNothing(value: unknown): boolean {
  return value === false || (Array.isArray(value) && value.length === 0);
}
