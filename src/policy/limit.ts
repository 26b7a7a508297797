import { greatestCommonDivisor } from '../lib/greatest-common-divisor.ts';
import { per } from './per.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional } from './schema/field.ts';
import { exactlyOneOf, exactlyOneRequired } from './schema/given.ts';
import { integer } from './schema/integer.ts';
import { object } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { quantity } from './schema/quantity.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { noted } from './schema/server-notes.ts';
import { scope, scopeDescription } from './scope.ts';
import { limitWindow, type WindowSpec } from './window.ts';

const units = ['requests', 'tokens', 'inputTokens', 'outputTokens', 'concurrency'] as const;

export type LimitUnit = (typeof units)[number];

const count = quantity({ from: 0, to: 1_000_000_000_000 });

export const counterFields = {
  onStoreFailure: defaulted(
    enumeration(['closed', 'open', 'local']),
    'local',
    'While the store is away. closed: refuse. open: let pass. local: each processor grants an equal share.',
  ),
  maxDistinct: defaulted(
    quantity({ from: 1, to: 1_000_000 }),
    '10k',
    'Most counters at a time of a processor; combinations on top of these share one.',
  ),
  defaultOutputReserve: defaulted(
    integer({ from: 0, to: 1_000_000 }),
    1000,
    'Output tokens reserved for a request that says no cap; never more than what is left.',
  ),
};

const fields = object({
  scope: defaulted(scope, {}, scopeDescription),
  per: defaulted(
    per,
    [],
    'One counter for each combination: key, user, team, project, model, provider, header:NAME. Default: one for all.',
  ),
  requests: optional(count, 'Most requests per window.'),
  tokens: optional(count, 'Most tokens per window, input and output together.'),
  inputTokens: optional(count, 'Most input tokens per window.'),
  outputTokens: optional(count, 'Most output tokens per window.'),
  concurrency: optional(count, 'Most requests at the same time.'),
  window: optional(limitWindow, 'A duration such as 1m, or {calendar: day, timeZone: Europe/Berlin}.'),
  algorithm: optional(
    enumeration(['token-bucket', 'fixed']),
    'token-bucket: fills up again bit by bit. fixed: begins anew with each window. Default: token-bucket; calendar: fixed.',
  ),
  ...counterFields,
});

type Fields = Infer<typeof fields>;

/** A ceiling per window, or on what runs at once; `window` is absent for concurrency, and only there. */
export type LimitSpec = Omit<Fields, LimitUnit | 'algorithm'> & {
  readonly unit: LimitUnit;
  readonly amount: number;
  readonly algorithm: 'token-bucket' | 'fixed';
};

export const limitSpec: Schema<LimitSpec> = noted(
  { ...refine(fields, complete), json: { ...fields.json, ...exactlyOneRequired(units) } },
  {
    // CEL cannot see the window, which is a text or a map.
    keywords: { anyOf: [{ required: ['window'] }, { required: ['concurrency'] }] },
    rules: [
      {
        rule: '!has(self.concurrency) || !has(self.algorithm)',
        message: 'remove it: concurrency counts what runs now',
        fieldPath: '.algorithm',
      },
    ],
  },
);

function complete(spec: Fields, place: Place): Parsed<LimitSpec> {
  const unit = exactlyOneOf(spec, units, place, 'add one of them, such as requests: 60');
  if (unit === undefined) return invalid;
  const { requests, tokens, inputTokens, outputTokens, concurrency, algorithm, ...rest } = spec;
  const amount = requests ?? tokens ?? inputTokens ?? outputTokens ?? concurrency ?? 0;
  if (amount === 0)
    warn(under(place, unit), 'is 0, so every request in scope is refused', 'raise it if that is not meant');
  const chosen = algorithmOf(unit, spec.window, algorithm, place);
  if (chosen === undefined) return invalid;
  if (chosen === 'token-bucket' && !isExact(amount, spec.window)) {
    const message = `${amount} in such a window is more than a token bucket can count exactly`;
    return reject(under(place, unit), message, 'write a rounder number, or algorithm: fixed');
  }
  return { ...rest, unit, amount, algorithm: chosen };
}

/** A bucket counts in fractions of a token, of which so many whole ones leave each millisecond. */
function isExact(amount: number, window: WindowSpec | undefined): boolean {
  if (window === undefined || !('rolling' in window)) return true;
  return Number.isSafeInteger(amount * (window.rolling / greatestCommonDivisor(amount, window.rolling)));
}

function algorithmOf(
  unit: LimitUnit,
  window: WindowSpec | undefined,
  algorithm: Fields['algorithm'],
  place: Place,
): LimitSpec['algorithm'] | undefined {
  if (unit === 'concurrency') {
    for (const [name, given] of [
      ['window', window],
      ['algorithm', algorithm],
    ] as const) {
      if (given === undefined) continue;
      reject(under(place, name), 'is given, but concurrency counts what runs now', 'remove it');
      return undefined;
    }
    return 'fixed';
  }
  if (window === undefined) {
    reject(under(place, 'window'), 'is missing', 'add window: 1m, or {calendar: day}');
    return undefined;
  }
  if ('rolling' in window) return algorithm ?? 'token-bucket';
  if (algorithm !== 'token-bucket') return 'fixed';
  reject(
    under(place, 'algorithm'),
    'is token-bucket, but the window is one of the calendar',
    'write fixed, or remove it',
  );
  return undefined;
}
