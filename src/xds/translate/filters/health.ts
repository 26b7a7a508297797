import { HealthCheckSchema } from '../../../gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { extension } from '../extension.ts';

export const healthPath = '/healthz';

/** Answers load balancers itself, with 503 while this Envoy drains, so that they stop sending before it stops serving. */
export const healthFilter = extension('envoy.filters.http.health_check', HealthCheckSchema, {
  passThroughMode: false,
  headers: [
    {
      name: ':path',
      headerMatchSpecifier: { case: 'stringMatch', value: { matchPattern: { case: 'exact', value: healthPath } } },
    },
  ],
});
