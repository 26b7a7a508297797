import { optional } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { object } from '../schema/object.ts';
import { refused } from '../schema/verdict.ts';

const count = integer({ from: 0, to: 4_294_967_295 });

/** What runs at once towards one backend. Absent: no bound but memory. */
export const circuitBreaker = object({
  maxConnections: optional(count, 'Connections.'),
  maxPendingRequests: optional(count, 'Requests that wait for a connection.'),
  maxParallelRequests: optional(count, 'Requests.'),
  maxParallelRetries: optional(count, 'Requests that are tried again.'),
  maxRequestsPerConnection: refused('connections are kept for as long as they work'),
  perEndpoint: refused('backends are counted as a whole'),
  retryBudget: refused('attempts are counted by request'),
});
