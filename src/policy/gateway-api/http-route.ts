import { defaulted, optional } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { except, refused } from '../schema/verdict.ts';
import { gatewayDuration } from './duration.ts';
import { backendFilters, httpFilters } from './http-filter.ts';
import { everyRequest, httpMatches } from './http-match.ts';
import { hostname, sectionName } from './name.ts';
import { backendFields, weight, withPort } from './object-reference.ts';
import { parentReferences } from './parent-reference.ts';
import { routeTimeouts } from './timeouts.ts';

const httpBackend = refine(
  object({
    ...backendFields,
    weight: defaulted(weight, 1, 'Share of the requests, relative to the other backends.'),
    filters: defaulted(backendFilters, [], 'Changes for this backend only.'),
  }),
  withPort,
);

const retry = object({
  codes: defaulted(list(integer({ from: 400, to: 599 })), [], 'Statuses after which the request is tried again.'),
  attempts: optional(integer({ from: 0, to: 100 }), 'How often it is tried again.'),
  backoff: optional(
    except(gatewayDuration, 'a part of it, chosen at random, and of twice as much before each further repetition'),
    'Pause before the first repetition.',
  ),
});

const ruleFields = object({
  name: optional(sectionName, 'Name of the rule, for policies that are for it alone.'),
  matches: defaulted(httpMatches, everyRequest, 'Requests that the rule is for: any of these; all if empty.'),
  filters: defaulted(httpFilters, [], 'Changes of requests and responses.'),
  backendRefs: defaulted(list(httpBackend, { most: 16 }), [], 'Who answers. Without any the answer is 500.'),
  timeouts: optional(routeTimeouts, 'How long an answer may take.'),
  retry: optional(retry, 'When a failed request is tried again.'),
  sessionPersistence: refused('requests are not bound to one endpoint'),
});

export type HttpRule = Infer<typeof ruleFields>;

const rule = refine(ruleFields, (spec, place): Parsed<HttpRule> => {
  const isRedirected = spec.filters.some(({ type }) => type === 'RequestRedirect');
  if (isRedirected && spec.backendRefs.length > 0) {
    return reject(under(place, 'backendRefs'), 'is given, but every request is redirected', 'remove it');
  }
  const [first, ...others] = spec.matches;
  const isOnePrefix = first !== undefined && others.length === 0 && first.path.type === 'PathPrefix';
  const replacesPrefix = spec.filters.some((filter) => {
    if (filter.type === 'URLRewrite') return filter.urlRewrite.path?.type === 'ReplacePrefixMatch';
    return filter.type === 'RequestRedirect' && filter.requestRedirect.path?.type === 'ReplacePrefixMatch';
  });
  if (!replacesPrefix || isOnePrefix) return spec;
  const message = 'must be one PathPrefix, because a filter replaces the prefix that matched';
  return reject(under(place, 'matches'), message, 'write one match with path: {type: PathPrefix, value: …}');
});

const mostMatches = 128;

function checkRules(all: readonly HttpRule[], place: Place): Parsed<readonly HttpRule[]> {
  const names = all.map(({ name }) => name);
  const again = names.findIndex((name, index) => name !== undefined && names.indexOf(name) !== index);
  if (again >= 0) {
    return reject(under(under(place, again), 'name'), `${names[again]} is another rule`, 'give each its own name');
  }
  const matches = all.reduce((sum, spec) => sum + spec.matches.length, 0);
  if (matches <= mostMatches) return all;
  return reject(place, `have ${matches} matches, which is more than ${mostMatches}`, 'split the route');
}

/** Gateway API's HTTPRoute: ordinary HTTP for ordinary Services, beside what models answer. */
export const httpRouteSpec = object({
  parentRefs: defaulted(parentReferences(32), [], 'Gateways that the route is part of.'),
  hostnames: defaulted(list(hostname, { most: 16 }), [], 'Hosts that it is for; those of the listeners if empty.'),
  rules: defaulted(
    refine(list(rule, { least: 1, most: 16, emptyRemedy: 'add a rule with backendRefs' }), checkRules),
    [{}],
    'What is done with which requests.',
  ),
  useDefaultGateways: refused('there is no default Gateway in a cluster'),
});
