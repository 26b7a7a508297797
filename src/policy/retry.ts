import { suggest } from '../lib/suggest.ts';
import { headerName } from './header.ts';
import { duration } from './schema/duration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import { reject } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { show } from './schema/show.ts';

const words = ['5xx', 'connect', 'reset', 'timeout', 'bodyError'] as const;

/** A status, or a class of failures. */
export type RetryCondition = number | (typeof words)[number];

const remedy = 'write a status from 400 to 599, or 5xx, connect, reset, timeout or bodyError';

const condition: Schema<RetryCondition> = {
  json: { oneOf: [{ type: 'integer', minimum: 400, maximum: 599 }, { enum: words }] },
  parse: (value, place) => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599) return value;
    if (typeof value === 'number') return reject(place, `${show(value)} is not the status of a failure`, remedy);
    if (typeof value === 'string' && /^[45][0-9][0-9]$/.test(value)) {
      return reject(place, `${show(value)} is a text`, `write ${value} without quotes`);
    }
    // 4xx is one letter away from 5xx and means something quite different: naming it as the correction would mislead.
    const near = typeof value === 'string' && !/^\dxx$/i.test(value) ? suggest(value, words) : undefined;
    const message = `${show(value)} is not a failure that can be retried`;
    return reject(place, message, near === undefined ? remedy : `write ${near}`);
  },
};

/** Which failures lead to the next target, and how long one attempt may take. */
export const retry = object({
  on: defaulted(
    refine(list(condition), (conditions) => [...new Set(conditions)]),
    [408, 409, 429, '5xx', 'connect', 'reset', 'timeout'],
    'Failures that lead to the next target. bodyError: also an error body under 200, or one that breaks off.',
  ),
  attemptTimeout: defaulted(duration({ from: '1ms', to: '1d' }), '120s', 'Until the response headers of one attempt.'),
  idleTimeout: optional(
    duration({ from: '1ms', to: '1d' }),
    'Longest silence between bytes of an answer. attemptTimeout if absent.',
  ),
  firstTokenTimeout: optional(
    duration({ from: '1ms', to: '1h' }),
    'A stream without a first token in this time goes to the next target. Off if absent.',
  ),
  affinity: optional(
    object({ header: required(headerName, 'Request header that names the conversation.') }),
    'Same value, same target among equals.',
  ),
  coolDown: defaulted(
    object({
      failures: defaulted(integer({ from: 0, to: 1000 }), 5, 'Failures in a row that start it; 0: off.'),
      for: defaulted(duration({ from: '1ms', to: '1h' }), '10s', 'How long the target is passed over.'),
    }),
    {},
    'A target that keeps failing is passed over for a while, unless it is the only one left.',
  ),
});

export type RetrySpec = Infer<typeof retry>;
