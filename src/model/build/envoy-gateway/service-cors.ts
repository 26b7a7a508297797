import type { CorsSpec } from '../../../policy/envoy-gateway/cors.ts';
import type { ServiceCors } from '../../service.ts';

const defaultMaxAgeSeconds = 5;

/** Cross-origin calls of ordinary services, as a SecurityPolicy says them. */
export function serviceCors(spec: CorsSpec): ServiceCors {
  return {
    allowOrigins: spec.allowOrigins ?? [],
    allowMethods: spec.allowMethods ?? [],
    allowHeaders: spec.allowHeaders ?? [],
    exposeHeaders: spec.exposeHeaders ?? [],
    allowCredentials: spec.allowCredentials ?? false,
    maxAgeSeconds: spec.maxAge === undefined ? defaultMaxAgeSeconds : Math.floor(spec.maxAge / 1_000),
  };
}

/** For people: whose pages are let in. */
export function corsText({ allowOrigins = [] }: Pick<CorsSpec, 'allowOrigins'>): string {
  return [...allowOrigins].sort().join(', ') || 'no origin';
}
