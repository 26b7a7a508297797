import { aiGatewayGroup, apiGroup, apiKind, envoyGatewayGroup } from '../gateway-api/name.ts';
import { withPortRule } from '../gateway-api/object-reference.ts';
import { portNumber } from '../gateway-api/parent-reference.ts';
import { dnsLabel, dottedName } from '../name.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under, warn } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { noted, ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { except, refused, unservedYet } from '../schema/verdict.ts';
import { bodyMutation, headerMutation } from './mutation.ts';

const apiSchemas = [
  'OpenAI',
  'Anthropic',
  'AzureOpenAI',
  'AWSBedrock',
  'AWSAnthropic',
  'AWSOpenAI',
  'GCPVertexAI',
  'GCPAnthropic',
  'GoogleAIStudio',
  'Cohere',
  'HuggingFaceTEI',
  'TypeSafe',
] as const;

const prefixRemedy = 'write a path such as /v1, with or without slash';

/** No empty, `.` or `..` segment: the provider would see another path than the one that is meant. */
const prefixPattern = '^/?((?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+/)*((?!\\.{1,2}$)[A-Za-z0-9._~-]+)?$';

const prefix = noted(
  text({
    pattern: prefixPattern,
    longest: 256,
    complaint: 'is not a path',
    remedy: prefixRemedy,
  }),
  {
    keywords: { pattern: '^/?([A-Za-z0-9._~-]+/)*([A-Za-z0-9._~-]+)?$' },
    rules: [{ rule: '!self.matches("(^|/)[.]{1,2}(/|$)")', message: prefixRemedy }],
  },
);

const untranslated = 'no request is translated from one API into another';

const writtenSchema = object({
  name: required(
    except(
      enumeration(apiSchemas),
      'OpenAI, AWSOpenAI and Anthropic are served; a backend of another schema says so in its status',
    ),
    'The API that the backend speaks.',
  ),
  version: optional(
    except(
      text({ longest: 64, complaint: 'is not a version', remedy: 'write a version such as 2025-01-01-preview' }),
      'for OpenAI it is the prefix where none is written, unless it is a date; no matter for Anthropic',
    ),
    'Version of the API, for those that have one in their requests. For OpenAI the older word for prefix.',
  ),
  prefix: optional(
    prefix,
    'Path in front of the API’s own, for OpenAI, AWSOpenAI and Anthropic; v1 if absent, openai/v1 for AWSOpenAI.',
  ),
  capabilities: unservedYet(untranslated),
  unsupportedFields: unservedYet(untranslated),
});

type ApiSchema = Infer<typeof writtenSchema>;

const schema = refine(writtenSchema, versionAsPrefix);

/** Version and date of an API, which Azure has in its queries: no OpenAI API has its paths below one. */
const datePattern = /^\d{4}-\d{2}-\d{2}/;

/**
 * In v1alpha1 the version of OpenAI was the prefix; in v1beta1 the original ignores it. An API server hands out one object
 * in either version, so nobody can tell how it was written: what comes of it is said.
 */
function versionAsPrefix(given: ApiSchema, place: Place): ApiSchema {
  const { name, version, prefix } = given;
  if (name !== 'OpenAI' || version === undefined || prefix !== undefined) return given;
  if (new RegExp(prefixPattern).test(version) && !datePattern.test(version)) {
    const path = version.replace(/^\/+|\/+$/g, '');
    if (path !== 'v1') {
      const effect = `"${version}" is taken as the prefix, as in v1alpha1: requests go below ${path === '' ? '/' : `/${path}/`}`;
      warn(under(place, 'version'), effect, 'write prefix in its place, or remove it if /v1/ is meant');
    }
    return { ...given, prefix: version };
  }
  const message = `"${version}" has no effect: for OpenAI it would be the path in front, and is none`;
  warn(under(place, 'version'), message, 'remove it, or write prefix');
  return given;
}

const kindRemedy = `write group: ${envoyGatewayGroup}, kind: Backend`;

const backendRef = refine(
  ruled(
    object({
      group: defaulted(apiGroup, '', 'Group of the kind: gateway.envoyproxy.io for Backend.'),
      kind: defaulted(apiKind, 'Service', 'Backend, or Service.'),
      name: required(dottedName, 'Name of the backend.'),
      namespace: optional(dnsLabel, 'Its namespace; the one of this document if absent.'),
      port: optional(portNumber, 'Port of the Service; no matter for a Backend.'),
    }),
    {
      rule: `(self.kind == "Backend" && self.group == "${envoyGatewayGroup}") || (self.kind == "Service" && self.group == "")`,
      message: kindRemedy,
    },
    withPortRule,
  ),
  checkBackend,
);

interface BackendRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly port?: number;
}

function checkBackend<T extends BackendRef>(ref: T, place: Place): Parsed<T> {
  if (ref.kind === 'Backend' && ref.group === envoyGatewayGroup) return ref;
  if (ref.kind === 'Service' && ref.group === '') {
    if (ref.port !== undefined) return ref;
    return reject(under(place, 'port'), `is missing: Service ${ref.name} may have several`, 'add port: 8080');
  }
  const [field, value] = ref.kind === 'Backend' || ref.kind === 'Service' ? ['group', ref.group] : ['kind', ref.kind];
  return reject(under(place, field), `"${value}" is not that of a Backend or a Service`, kindRemedy, 'InvalidKind');
}

const securityPolicyRemedy = `write group: ${aiGatewayGroup}, kind: BackendSecurityPolicy`;

/** The older way round: since version 0.3 of the original the policy names its backends. */
const securityPolicyRef = refine(
  ruled(
    object({
      group: defaulted(apiGroup, aiGatewayGroup, 'Group of the kind.'),
      kind: defaulted(apiKind, 'BackendSecurityPolicy', 'Kind of the policy.'),
      name: required(dottedName, 'Name of the policy.'),
    }),
    {
      rule: `self.group == "${aiGatewayGroup}" && self.kind == "BackendSecurityPolicy"`,
      message: securityPolicyRemedy,
    },
  ),
  ({ group, kind, name }, place): Parsed<{ readonly name: string }> => {
    if (group === aiGatewayGroup && kind === 'BackendSecurityPolicy') return { name };
    return reject(place, `${kind} of "${group}" is no BackendSecurityPolicy`, securityPolicyRemedy, 'InvalidKind');
  },
);

/** A provider in the words of Envoy AI Gateway: where it is, what it speaks, what is changed on the way. */
export const aiServiceBackendSpec = object({
  schema: required(schema, 'The API that the backend speaks.'),
  backendRef: required(backendRef, 'Where it is.'),
  headerMutation: optional(headerMutation, 'Changes of request headers, for every route that uses it.'),
  bodyMutation: optional(bodyMutation, 'Changes of request bodies, for every route that uses it.'),
  responseBodyMutation: refused('bodies of responses are not changed'),
  headerValueFilters: refused('single values of a header are not left out', {
    remedy: 'remove it; headerMutation removes or sets whole headers',
  }),
  contextCache: unservedYet('no cache is kept at a provider on behalf of its callers'),
  // Safe to leave out: there is always a bound, and the closest place that says one decides it.
  timeouts: unservedYet('rules of routes and BackendTrafficPolicies say how long an answer may take'),
  backendSecurityPolicyRef: optional(
    securityPolicyRef,
    'Its BackendSecurityPolicy, of its own namespace. Goes before those that name the backend.',
  ),
});
