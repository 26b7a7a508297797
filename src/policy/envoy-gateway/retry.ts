import { gatewayDuration } from '../gateway-api/duration.ts';
import { defaulted, optional } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { servedValues } from '../schema/served-values.ts';
import { except } from '../schema/verdict.ts';

const noGrpc = 'models do not answer in gRPC';

const trigger = servedValues(
  [
    '5xx',
    'gateway-error',
    'reset',
    'reset-before-request',
    'connect-failure',
    'retriable-4xx',
    'refused-stream',
    'retriable-status-codes',
  ],
  {
    cancelled: noGrpc,
    'deadline-exceeded': noGrpc,
    internal: noGrpc,
    'resource-exhausted': noGrpc,
    unavailable: noGrpc,
  },
);

/** When the next backend is asked, and how often. */
export const retry = object({
  numRetries: defaulted(integer({ from: 0, to: 100 }), 2, 'How often a request is tried again.'),
  numAttemptsPerPriority: optional(
    except(integer({ from: 1, to: 100 }), 'of models; for ordinary services, which have no priorities, it is reported'),
    'Attempts before the next priority’s turn; one for each of its backends if absent.',
  ),
  retryOn: optional(
    object({
      triggers: optional(
        list(trigger, { most: 16 }),
        'Failures after which it is tried again; connect-failure, refused-stream and status 503 if absent.',
      ),
      httpStatusCodes: optional(
        list(integer({ from: 100, to: 599 }), { most: 64 }),
        'Statuses after which it is tried again; only with the trigger retriable-status-codes.',
      ),
    }),
    'Failures after which a request is tried again.',
  ),
  perRetry: optional(
    object({
      timeout: optional(gatewayDuration, 'Until the headers of one attempt’s answer.'),
      backOff: optional(
        object({
          baseInterval: optional(
            gatewayDuration,
            'Pause before the first repetition; 25 ms if absent, and never more than the longest.',
          ),
          maxInterval: optional(gatewayDuration, 'Longest pause; ten times the first if absent.'),
        }),
        'Pauses between attempts, growing.',
      ),
    }),
    'Rules of single attempts.',
  ),
});
