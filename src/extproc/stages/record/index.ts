import { pushCaller, pushPlan } from '../../log-fields.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';

/**
 * What the access log of Envoy shows. Who calls is written with the answer to the request headers, so that a request
 * whose body never comes has a name in the log; what is done for them, with the answer to the body.
 */
export const recordCaller: Stage = {
  name: 'record-caller',
  requestHeaders(exchange) {
    pushCaller(exchange, exchange.answer.logFields);
    return verdict.proceed;
  },
};

export const recordPlan: Stage = {
  name: 'record-plan',
  request(exchange) {
    pushPlan(exchange, exchange.answer.logFields);
    return verdict.proceed;
  },
};
