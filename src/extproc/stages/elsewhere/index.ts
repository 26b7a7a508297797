import { isApiPath, unservedPath } from '../../../llm/api.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';

/**
 * Paths at which no version of the gateway serves anything, and no policy opens anything: requests that no HTTPRoute has
 * taken, as a rule. They get 404 from whoever sends them, as Gateway API has it. That tells nobody what the documentation
 * does not.
 */
export const elsewhere: Stage = {
  name: 'elsewhere',
  requestHeaders(exchange) {
    if (isApiPath(exchange.path)) return verdict.proceed;
    return exchange.reject('unknown_path', unservedPath(exchange.path));
  },
};
