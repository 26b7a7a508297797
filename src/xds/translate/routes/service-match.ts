import type { MessageInitShape } from '@bufbuild/protobuf';
import { metadataNamespaces } from '../../../contract.ts';
import type { RouteMatchSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import type { ByClaims } from '../../../model/chosen-by-claims.ts';
import type { PathMatch, ServiceMatch, ValueMatch } from '../../../model/service.ts';

type RouteMatchInit = MessageInitShape<typeof RouteMatchSchema>;

export function serviceMatch({ path, method, headers, query }: ServiceMatch, claims?: ByClaims): RouteMatchInit {
  return {
    pathSpecifier: pathSpecifier(path),
    headers: [
      ...(method === undefined ? [] : [header({ name: ':method', kind: 'exact', value: method })]),
      ...headers.map(header),
    ],
    queryParameters: query.map((match) => ({
      name: match.name,
      queryParameterMatchSpecifier: { case: 'stringMatch' as const, value: stringMatcher(match) },
    })),
    dynamicMetadata: claims === undefined ? [] : verifiedTokens(claims),
  };
}

/** Filters for tokens say there what they have verified. */
function verifiedTokens({ after, notAfter }: ByClaims) {
  const verified = (name: string, invert: boolean) => ({
    filter: metadataNamespaces.tokens,
    path: [{ segment: { case: 'key', value: name } as const }],
    value: { matchPattern: { case: 'presentMatch', value: true } as const },
    invert,
  });
  return [...(after === undefined ? [] : [verified(after, false)]), ...notAfter.map((name) => verified(name, true))];
}

function pathSpecifier({ kind, value }: PathMatch): NonNullable<RouteMatchInit['pathSpecifier']> {
  switch (kind) {
    case 'exact':
      return { case: 'path', value };
    case 'regex':
      return { case: 'safeRegex', value: { regex: value } };
    case 'prefix': {
      const segments = withoutTrailingSlash(value);
      return segments === '' ? { case: 'prefix', value: '/' } : { case: 'pathSeparatedPrefix', value: segments };
    }
  }
}

/** A prefix of segments, so `/shop/` and `/shop` are the same; the empty one is every path. */
export function withoutTrailingSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

function header(match: ValueMatch) {
  const value = stringMatcher(match);
  return { name: match.name, headerMatchSpecifier: { case: 'stringMatch', value } } as const;
}

function stringMatcher({ kind, value }: ValueMatch) {
  const matchPattern =
    kind === 'exact' ? ({ case: 'exact', value } as const) : ({ case: 'safeRegex', value: { regex: value } } as const);
  return { matchPattern };
}
