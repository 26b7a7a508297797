import { counterFields } from './limit.ts';
import { per } from './per.ts';
import { boolean } from './schema/boolean.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { money } from './schema/money.ts';
import { object } from './schema/object.ts';
import { oneOf } from './schema/one-of.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { quantity } from './schema/quantity.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { timestamp } from './schema/timestamp.ts';
import { scope, scopeDescription } from './scope.ts';
import { budgetPeriod } from './window.ts';

/** More would not be counted exactly: 9 million USD are 9e15 nano-USD. */
const mostUsd = 9_000_000;

const amount = oneOf(
  {
    usd: required(money({ from: 0, to: mostUsd }), 'Money, from the prices of the models.'),
    tokens: required(quantity({ from: 0, to: 1_000_000_000_000_000 }), 'Tokens, input and output together.'),
  },
  'write {usd: 500} or {tokens: 10M}',
);

const fields = object({
  scope: defaulted(scope, {}, scopeDescription),
  per: defaulted(
    per,
    [],
    'One counter for each combination: key, user, team, project, model, provider, header:NAME. Default: one for all.',
  ),
  amount: required(amount, 'What may be spent in a period: {usd: 500} or {tokens: 10M}.'),
  period: required(budgetPeriod, 'When it begins anew: {calendar: month, timeZone: Europe/Berlin} or {rolling: 30d}.'),
  enforce: defaulted(
    enumeration(['block', 'warn']),
    'block',
    'block: refuse what goes beyond it. warn: count and raise events.',
  ),
  alertAt: defaulted(list(integer({ from: 1, to: 1000 }), { most: 16 }), [50, 80, 100], 'Percent that raise an event.'),
  override: optional(
    object({
      amount: required(amount, 'The other amount, of the same kind.'),
      until: required(timestamp, 'From then on the usual amount holds again.'),
    }),
    'Another amount for a while.',
  ),
  unpriced: optional(
    enumeration(['allow', 'deny']),
    'Requests whose price is unknown, in budgets of money. allow: they pass uncounted. Default: deny; with warn: allow.',
  ),
  endStreams: defaulted(boolean, false, 'true: a stream that runs past what is left is ended with an error.'),
  ...counterFields,
});

type Fields = Infer<typeof fields>;

/** What may be spent in a period. `usd` in nano-USD. */
export type BudgetSpec = Omit<Fields, 'unpriced'> & { readonly unpriced: 'allow' | 'deny' };

export const budgetSpec: Schema<BudgetSpec> = ruled(
  refine(fields, complete),
  {
    rule: '!has(self.override) || has(self.override.amount.tokens) == has(self.amount.tokens)',
    message: 'give both amounts in usd, or both in tokens',
    fieldPath: '.override.amount',
  },
  {
    rule: '!self.endStreams || self.enforce == "block"',
    message: 'write enforce: block, or remove it',
    fieldPath: '.endStreams',
  },
);

function complete(spec: Fields, place: Place): Parsed<BudgetSpec> {
  const { override } = spec;
  if (override !== undefined) {
    const isSameUnit = 'usd' in override.amount === 'usd' in spec.amount;
    if (!isSameUnit) {
      const here = under(under(place, 'override'), 'amount');
      return reject(here, 'is of another kind than the amount itself', 'give both in usd, or both in tokens');
    }
    if (override.until <= place.facts.now) {
      const message = `${new Date(override.until).toISOString()} has passed, so the override has no effect`;
      warn(under(under(place, 'override'), 'until'), message, 'remove it, or move the time');
    }
  }
  if ('tokens' in spec.amount && spec.unpriced !== undefined) {
    warn(under(place, 'unpriced'), 'has no effect on a budget of tokens', 'remove it');
  }
  if (spec.endStreams && spec.enforce === 'warn') {
    return reject(
      under(place, 'endStreams'),
      'is true, but the budget only warns',
      'write enforce: block, or remove it',
    );
  }
  const alertAt = [...new Set(spec.alertAt)].sort((a, b) => a - b);
  return { ...spec, alertAt, unpriced: spec.unpriced ?? (spec.enforce === 'block' ? 'deny' : 'allow') };
}
