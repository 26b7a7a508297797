import { closeness, coversHost } from '../../../lib/hostname.ts';
import type { PathMatch, ServiceMatch, ServiceRoute } from '../../../model/service.ts';
import { withoutTrailingSlash } from './service-match.ts';

/**
 * The routes of a host in Gateway API's order, most specific first, since Envoy takes the first that fits: the route that
 * names the host best, then an exact path, then the longest prefix, then a method, then more headers, then more query
 * parameters. Regular expressions, whose place it leaves open, stand between exact paths and prefixes: who writes one
 * means something particular. Those that are equally specific stay in the order of the model.
 */
export function inPrecedence(routes: readonly ServiceRoute[], domain: string): readonly ServiceRoute[] {
  return routes
    .map((route) => ({ route, ranks: [hostRank(route, domain), ...matchRanks(route.match)] }))
    .sort((a, b) => compare(a.ranks, b.ranks))
    .map(({ route }) => route);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const first = a.findIndex((rank, index) => rank !== b[index]);
  return (b[first] ?? 0) - (a[first] ?? 0);
}

function hostRank({ hostnames }: ServiceRoute, domain: string): number {
  return Math.max(0, ...hostnames.filter((name) => coversHost(name, domain)).map((name) => closeness(name, domain)));
}

const kindRank: Readonly<Record<PathMatch['kind'], number>> = { exact: 2, regex: 1, prefix: 0 };

function matchRanks({ path, method, headers, query }: ServiceMatch): readonly number[] {
  const length = path.kind === 'prefix' ? withoutTrailingSlash(path.value).length : path.value.length;
  return [kindRank[path.kind], length, method === undefined ? 0 : 1, headers.length, query.length];
}
