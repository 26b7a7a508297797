import { responseHeaders } from '../../../contract.ts';
import { CorsPolicySchema, CorsSchema } from '../../../gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import type { Cors } from '../../../model/gateway.ts';
import type { ServiceCors } from '../../../model/service.ts';
import { extension, packed } from '../extension.ts';

export const corsFilterName = 'envoy.filters.http.cors';

/** In every chain, and off unless a host or route carries a policy: browsers may be let in without touching a listener. */
export const corsFilter = extension(corsFilterName, CorsSchema, {});

export function corsPolicy(cors: Cors) {
  return packed(CorsPolicySchema, {
    allowOriginStringMatch: cors.allowOrigins.map((origin) => ({ matchPattern: originPattern(origin) })),
    allowMethods: 'GET, POST, DELETE, OPTIONS',
    // Fetch standard, CORS-non-wildcard request-header name: `*` does not cover `authorization`.
    allowHeaders: '*, authorization',
    exposeHeaders: Object.values(responseHeaders).join(', '),
    maxAge: '600',
    // Keys are sent in a header, never as a cookie.
    allowCredentials: false,
    // A preflight carries no key, so the processor could only refuse it.
    forwardNotMatchingPreflights: false,
  });
}

/** For ordinary services, which may want cookies. Envoy answers the preflight in any case. */
export function serviceCorsPolicy(cors: ServiceCors) {
  return packed(CorsPolicySchema, {
    allowOriginStringMatch: cors.allowOrigins.map((origin) => ({ matchPattern: originPattern(origin) })),
    allowMethods: cors.allowMethods.join(', '),
    allowHeaders: cors.allowHeaders.join(', '),
    exposeHeaders: cors.exposeHeaders.join(', '),
    maxAge: String(cors.maxAgeSeconds),
    allowCredentials: cors.allowCredentials,
    forwardNotMatchingPreflights: false,
  });
}

function originPattern(origin: string) {
  if (origin === '*') return { case: 'safeRegex', value: { regex: '.*' } } as const;
  if (!origin.includes('*')) return { case: 'exact', value: origin } as const;
  const regex = origin.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return { case: 'safeRegex', value: { regex } } as const;
}
