import { deepClientSelectors } from '../envoy-gateway/client-selector.ts';
import type { WindowUnit } from '../envoy-gateway/rate-limit.ts';
import { aiGatewayGroup } from '../gateway-api/name.ts';
import { policyTargets } from '../gateway-api/policy-target.ts';
import { modelName } from '../name.ts';
import { boolean } from '../schema/boolean.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { uniqueRule } from '../schema/field-rules.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import { refine, type Schema } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { ruled } from '../schema/server-notes.ts';
import { show } from '../schema/show.ts';
import { except, refused } from '../schema/verdict.ts';
import { costExpression, countedExpressions } from './request-cost.ts';
import { unique } from './unique.ts';

const windows: Readonly<Record<string, WindowUnit>> = {
  '1s': 'Second',
  '1m': 'Minute',
  '1h': 'Hour',
  '1d': 'Day',
  '1w': 'Week',
  '1mo': 'Month',
  '1y': 'Year',
};

/** As limits of a BackendTrafficPolicy call it. */
const window: Schema<WindowUnit> = {
  json: { enum: Object.keys(windows) },
  parse: (value, place) => {
    const found = typeof value === 'string' && Object.hasOwn(windows, value) ? windows[value] : undefined;
    return found ?? reject(place, `${show(value)} is not a window`, 'write 1s, 1m, 1h, 1d, 1w, 1mo or 1y');
  },
};

const bucket = object({
  limit: required(integer({ from: 0, to: 4_294_967_295 }), 'What may be used up in a window.'),
  duration: required(window, 'The window.'),
});

const bucketRule = object({
  clientSelectors: defaulted(deepClientSelectors, [], 'Callers that it is for; all if empty.'),
  quota: required(bucket, 'Their quota.'),
  shadowMode: defaulted(boolean, false, 'true: counted, never refused.'),
});

const noMoney = 'quotas are counted in tokens; money is what a Budget is for';

const quota = object({
  costExpression: optional(
    except(costExpression, countedExpressions),
    'What a request uses up; total_tokens if absent.',
  ),
  mode: defaulted(
    servedValues(['Shared'], {
      Exclusive: 'every bucket that matches is charged',
      MostGenerous: 'every bucket that matches is charged',
    }),
    'Shared',
    'Which buckets are charged.',
  ),
  defaultBucket: optional(bucket, 'Quota of all requests.'),
  bucketRules: defaulted(
    except(
      list(bucketRule, { most: 128 }),
      'several buckets where no request can be in two of them; otherwise they are reported',
    ),
    [],
    'Quotas of some callers, besides.',
  ),
});

const serviceQuota = object({
  costExpression: optional(
    except(costExpression, countedExpressions),
    'What a request uses up; total_tokens if absent.',
  ),
  quota: optional(bucket, 'Quota of all models of the backend together.'),
  pricingRef: refused(noMoney),
  monetaryQuota: refused(noMoney),
});

/** What may be used of a backend, in the words of Envoy AI Gateway. */
export const quotaPolicySpec = object({
  targetRefs: defaulted(
    policyTargets([{ group: aiGatewayGroup, kind: 'AIServiceBackend' }], false),
    [],
    'Backends that it is for.',
  ),
  serviceQuota: optional(
    except(serviceQuota, 'where all that may reach the backend reaches nothing else; otherwise it is reported'),
    'For all models of the backend.',
  ),
  perModelQuotas: defaulted(
    refine(
      ruled(
        list(
          object({
            modelName: required(
              modelName,
              'The backend’s own name of a model: as in modelNameOverride, or without one as callers name it.',
            ),
            quota: required(quota, 'Its quota.'),
          }),
          { most: 128 },
        ),
        uniqueRule('modelName'),
      ),
      unique('modelName'),
    ),
    [],
    'For single models.',
  ),
  costTransparency: refused('callers are not told what they cost'),
});
