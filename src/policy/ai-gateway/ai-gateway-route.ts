import { gatewayDuration } from '../gateway-api/duration.ts';
import { headerMatches } from '../gateway-api/header-match.ts';
import { apiGroup, apiKind, hostname, sectionName } from '../gateway-api/name.ts';
import { parentReferences } from '../gateway-api/parent-reference.ts';
import { routeTimeouts } from '../gateway-api/timeouts.ts';
import { dnsLabel, dottedName, modelName } from '../name.ts';
import { boolean } from '../schema/boolean.ts';
import { celText } from '../schema/cel-text.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { uniqueRule } from '../schema/field-rules.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { timestamp } from '../schema/timestamp.ts';
import { except, notApplicable, unservedYet } from '../schema/verdict.ts';
import { bodyMutation, headerMutation } from './mutation.ts';
import { requestCosts } from './request-cost.ts';
import { unique } from './unique.ts';

/** What the header of a request is called that names its model, in the words of Envoy AI Gateway. */
const modelHeader = 'x-ai-eg-model';

const noPools = 'a target of another kind, such as an InferencePool, is left out, which the status says';

const backendRef = object({
  name: required(dottedName, 'Name of an AIServiceBackend.'),
  namespace: optional(dnsLabel, 'Its namespace, which has to permit it (ReferenceGrant); the route’s own if absent.'),
  group: optional(except(apiGroup, noPools), 'Group of the kind; aigateway.envoyproxy.io if absent.'),
  kind: optional(except(apiKind, noPools), 'Kind of the backend; AIServiceBackend if absent.'),
  modelNameOverride: optional(modelName, 'The backend’s own name for the model; as the caller wrote it if absent.'),
  weight: defaulted(integer({ from: 0, to: 1_000_000 }), 1, 'Share of the requests among those of the same priority.'),
  priority: defaulted(integer({ from: 0, to: 127 }), 0, '0 is tried first; the next one when that has failed.'),
  alias: unservedYet('callers do not choose the order of backends'),
  headerMutation: optional(headerMutation, 'Changes of request headers. They win over the backend’s.'),
  bodyMutation: optional(bodyMutation, 'Changes of request bodies. They win over the backend’s.'),
});

export type AiBackendRef = Infer<typeof backendRef>;

/** A hole in the priorities is a mistyped one. */
function checkPriorities(all: readonly AiBackendRef[], place: Place): Parsed<readonly AiBackendRef[]> {
  const given = [...new Set(all.map(({ priority }) => priority))].sort((a, b) => a - b);
  const hole = given.findIndex((priority, position) => priority !== position);
  if (hole < 0) return all;
  const index = all.findIndex(({ priority }) => priority === given[hole]);
  const here = under(under(place, index), 'priority');
  return reject(here, `${given[hole]} is given, but no backend has ${hole}`, 'number them 0, 1, 2 without holes');
}

const match = object({
  headers: defaulted(headerMatches, [], `Headers of the request; ${modelHeader} is the model that its body names.`),
});

const reserved = 'route-not-found';

const rule = object({
  name: optional(
    refine(
      ruled(sectionName, {
        rule: `self != ${celText(reserved)}`,
        message: `choose another name: ${reserved} is taken`,
      }),
      (name, place) => (name === reserved ? reject(place, `${reserved} is taken`, 'choose another name') : name),
    ),
    'Name of the rule, for policies that are for it alone.',
  ),
  matches: defaulted(list(match, { most: 128 }), [], 'Requests that the rule is for: any of these; all if empty.'),
  backendRefs: defaulted(
    refine(list(backendRef, { most: 128 }), checkPriorities),
    [],
    'Who answers: same priority by weight, the next priority when that has failed.',
  ),
  timeouts: defaulted(routeTimeouts, {}, 'How long an answer may take. Without request: 60s.'),
  streamIdleTimeout: optional(gatewayDuration, 'Longest silence between bytes of an answer; 0s: no bound.'),
  modelsOwnedBy: defaulted(
    text({ longest: 253, complaint: 'has control characters', remedy: 'write a name on one line' }),
    'Envoy AI Gateway',
    'owned_by of the models in /v1/models.',
  ),
  modelsCreatedAt: optional(timestamp, 'created of the models in /v1/models.'),
  excludeFromModelsEndpoint: defaulted(
    boolean,
    false,
    'true: its models are not in /v1/models, and answered all the same.',
  ),
  mirrors: unservedYet('a request goes to one backend at a time'),
});

export type AiRule = Infer<typeof rule>;

const rules = refine(
  ruled(list(rule, { least: 1, most: 256, emptyRemedy: 'add a rule with backendRefs' }), uniqueRule('name')),
  unique('name'),
);

const onlyGateways = { rule: 'self.all(one, one.kind == "Gateway")', message: 'write kind: Gateway' };

function checkGateways<T extends { readonly kind: string }>(all: readonly T[], place: Place): Parsed<readonly T[]> {
  const index = all.findIndex(({ kind }) => kind !== 'Gateway');
  if (index < 0) return all;
  reject(under(under(place, index), 'kind'), `${all[index]?.kind} is no Gateway`, 'write Gateway', 'InvalidKind');
  return invalid;
}

const parents = refine(ruled(parentReferences(16), onlyGateways), checkGateways);

const target = object({
  group: required(apiGroup, 'Group of the Gateway.'),
  kind: required(apiKind, 'Gateway.'),
  name: required(dottedName, 'Name of the Gateway, in the namespace of the route.'),
  sectionName: optional(sectionName, 'A listener of the Gateway; all of them if absent.'),
});

const targets = refine(ruled(list(target, { most: 16 }), onlyGateways), checkGateways);

const fields = object({
  parentRefs: defaulted(parents, [], 'Gateways that the route is part of.'),
  hostnames: defaulted(list(hostname, { most: 16 }), [], 'Hosts that it is for; those of the listeners if empty.'),
  rules: required(rules, 'Which models are answered by whom.'),
  llmRequestCosts: defaulted(requestCosts, [], 'What limits count, by the names that they call it.'),
  responseCache: unservedYet('answers are not kept'),
  // Safe to leave out: a policy whose limit would take one from there is refused.
  rateLimitsFromHeaders: unservedYet('limits are not taken from requests'),
  filterConfig: notApplicable('the processor is part of the gateway’s pods; see GatewayParameters'),
  targetRefs: defaulted(targets, [], 'The older word for parentRefs: Gateways in the namespace of the route.'),
  schema: notApplicable('callers may speak every API that the gateway knows'),
});

type Given = Infer<typeof fields>;

export interface AiGatewayRouteSpec extends Omit<Given, 'targetRefs'> {
  /** Where `parentRefs` stand in the document, if in another field. */
  readonly parentsField?: 'targetRefs';
}

const onePlace = 'write parentRefs only';

/** Versions 0.1 and 0.2 of the original knew targetRefs alone; 0.3 knew both, and refused both in one document. */
const notBoth = {
  rule: '!has(self.targetRefs) || size(self.targetRefs) == 0 || !has(self.parentRefs) || size(self.parentRefs) == 0',
  message: onePlace,
};

/** Models and their chains in the words of Envoy AI Gateway. */
export const aiGatewayRouteSpec: Schema<AiGatewayRouteSpec> = refine(
  ruled(fields, notBoth),
  ({ targetRefs, ...spec }, place): Parsed<AiGatewayRouteSpec> => {
    if (targetRefs.length === 0) return spec;
    if (spec.parentRefs.length === 0) return { ...spec, parentRefs: targetRefs, parentsField: 'targetRefs' };
    return reject(under(place, 'targetRefs'), 'are given beside parentRefs', onePlace);
  },
);
