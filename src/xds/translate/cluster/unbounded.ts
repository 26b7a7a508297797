import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CircuitBreakersSchema } from '../../../gen/envoy/config/cluster/v3/circuit_breaker_pb.js';

const unlimited = 1_000_000;

/** Envoy's default of 1,024 requests, and of 3 retries, at once would end chains under load. Limits are the processor's task. */
export const unbounded: MessageInitShape<typeof CircuitBreakersSchema> = {
  thresholds: [
    { maxConnections: unlimited, maxPendingRequests: unlimited, maxRequests: unlimited, maxRetries: unlimited },
  ],
};
