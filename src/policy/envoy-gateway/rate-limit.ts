import { boolean } from '../schema/boolean.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { notBothRule } from '../schema/field-rules.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { except, forOthers, refused, reported } from '../schema/verdict.ts';
import { clientSelectors } from './client-selector.ts';

const key = text({ longest: 128, complaint: 'is not a key', remedy: 'write a name such as llm_total_token' });

const metadata = object({
  namespace: required(key, 'io.envoy.ai_gateway.'),
  key: required(key, 'metadataKey of llmRequestCosts.'),
});
const costFields = {
  from: required(enumeration(['Number', 'Metadata']), 'Where the cost comes from.'),
  number: optional(integer({ from: 0, to: 4_294_967_295 }), 'The cost; 1 if absent.'),
  metadata: optional(metadata, 'A cost of llmRequestCosts.'),
};
const plainCost = object(costFields);

const closed = 'nothing that it is for is let through';

const requestCost = oneCost(
  object({
    ...costFields,
    number: optional(
      except(
        costFields.number.schema,
        '0 where the answer costs nothing, either, is reported: such a limit holds nobody back',
      ),
      'The cost; 1 if absent.',
    ),
    metadata: optional(reported(metadata, `a request costs a number; ${closed}`), 'A cost that others know.'),
  }),
);

const responseCost = oneCost(plainCost);

function oneCost<T extends Infer<typeof plainCost>>(schema: Schema<T>): Schema<T> {
  return refine(ruled(schema, notBothRule('number', 'metadata')), (spec, place) => {
    const isNumber = spec.from === 'Number';
    if (isNumber && spec.metadata !== undefined) {
      return reject(under(place, 'metadata'), 'is given, but from is Number', 'remove it, or write from: Metadata');
    }
    if (!isNumber && spec.number !== undefined) {
      return reject(under(place, 'number'), 'is given, but from is Metadata', 'remove it, or write from: Number');
    }
    if (isNumber || spec.metadata !== undefined) return spec;
    const remedy = 'add metadata: {namespace: io.envoy.ai_gateway, key: …}';
    return reject(under(place, 'metadata'), 'is missing: from is Metadata', remedy);
  });
}

const windowUnits = ['Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Year'] as const;
export type WindowUnit = (typeof windowUnits)[number];

const rule = object({
  name: forOthers('whoever looks after the policy'),
  clientSelectors: defaulted(clientSelectors, [], 'Whose requests are counted; all if empty.'),
  limit: required(
    object({
      requests: required(integer({ from: 1, to: 4_294_967_295 }), 'What may be used up in a window.'),
      unit: required(enumeration(windowUnits), 'The window.'),
      fromMetadata: refused('limits are not taken from requests'),
    }),
    'What is allowed.',
  ),
  cost: optional(
    object({
      request: optional(requestCost, 'What a request costs before it is answered; 1 if absent.'),
      response: optional(responseCost, 'What its answer costs.'),
    }),
    'What is used up by a request; 1 if absent.',
  ),
  shared: defaulted(boolean, false, 'true: one counter for all routes that the policy is for.'),
  shadowMode: defaulted(boolean, false, 'true: counted, never refused.'),
  xRateLimitHeaders: refused('what is left is not told in headers of this form'),
});

export type RateLimitRule = Infer<typeof rule>;

export const rateLimit = object({
  type: defaulted(
    except(enumeration(['Global', 'Local']), '`Local` is reported: counters of single gateways are not kept'),
    'Global',
    'Global: one counter for all gateways.',
  ),
  global: optional(
    object({ rules: required(list(rule, { most: 256 }), 'Limits; a request has to keep to all that match.') }),
    'Counters that all gateways share.',
  ),
  local: refused('counters of single gateways are not kept; write global'),
});
