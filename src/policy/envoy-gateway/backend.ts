import { addressPattern, preciseHostname } from '../gateway-api/name.ts';
import { portNumber } from '../gateway-api/parent-reference.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { exactlyOneRule } from '../schema/field-rules.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { notedJson, ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { except, notApplicable, refused } from '../schema/verdict.ts';
import { backendTls } from './backend-tls.ts';

const address = text({
  pattern: addressPattern,
  longest: 45,
  complaint: 'is not an IP address',
  remedy: 'write an address such as 192.0.2.10 or 2001:db8::1',
});

/** To conditions a map that is there or not, which what may be anything is not. */
const anyMap: Schema<unknown> = {
  json: notedJson({ type: 'object' }, { keywords: { 'x-kubernetes-preserve-unknown-fields': true } }),
  parse: (value) => value,
};

const endpointFields = object({
  fqdn: optional(
    object({
      hostname: required(preciseHostname, 'Name, found by DNS.'),
      port: required(portNumber, 'Port.'),
    }),
    'A name.',
  ),
  ip: optional(
    object({ address: required(address, 'IPv4 or IPv6.'), port: required(portNumber, 'Port.') }),
    'An address.',
  ),
  // Visible to conditions: an endpoint that is only this is stored, so that the status can say that it is not served.
  unix: refused('providers are reached over the network', { as: anyMap }),
  hostname: optional(
    except(preciseHostname, 'of models; ordinary services are asked for the caller’s host, or that of a URLRewrite'),
    'Host that the endpoint is asked for; its own name if absent.',
  ),
  zone: notApplicable('endpoints are not told apart by zones'),
});

/** One place where a backend is reached: a name or an address. */
export type BackendEndpoint = Infer<typeof endpointFields>;

const onePlace = exactlyOneRule(['fqdn', 'ip', 'unix'], 'keep exactly one of fqdn and ip');

const endpoint = refine(ruled(endpointFields, onePlace), (spec, place): Parsed<BackendEndpoint> => {
  const remedy = 'add fqdn: {hostname: api.example.com, port: 443}';
  return exactlyOneOf(spec, ['fqdn', 'ip'], place, remedy) === undefined ? invalid : spec;
});

const mixedRemedy = 'write names or addresses, not both';

function checkEndpoints(all: readonly BackendEndpoint[], place: Place): Parsed<readonly BackendEndpoint[]> {
  const names = all.filter(({ fqdn }) => fqdn !== undefined).length;
  if (names === 0 || names === all.length) return all;
  const index = all.findIndex(({ fqdn }) => fqdn === undefined);
  return reject(under(place, index), 'is an address among names', mixedRemedy);
}

/** A socket is neither, and refused in the status. */
const unmixed = {
  rule: 'self.all(one, has(one.fqdn)) || !self.exists(one, has(one.fqdn))',
  message: mixedRemedy,
};

const noWebSockets = 'connections stay HTTP';

const backendFields = object({
  type: defaulted(
    except(
      enumeration(['Endpoints', 'DynamicResolver']),
      '`DynamicResolver` is reported: a backend is what its endpoints say, not what a caller asks for',
    ),
    'Endpoints',
    'How endpoints are found.',
  ),
  endpoints: defaulted(
    refine(ruled(list(endpoint, { most: 256 }), unmixed), checkEndpoints),
    [],
    'Where the backend is reached. At least one, unless its type is DynamicResolver.',
  ),
  appProtocols: defaulted(
    list(
      servedValues(['gateway.envoyproxy.io/h2c'], {
        'gateway.envoyproxy.io/ws': noWebSockets,
        'gateway.envoyproxy.io/wss': noWebSockets,
      }),
      { most: 3 },
    ),
    [],
    'gateway.envoyproxy.io/h2c: plain HTTP/2.',
  ),
  fallback: refused('who is asked when another fails is said by priority in the route'),
  tls: optional(backendTls, 'Connections are encrypted. A BackendTLSPolicy wins, field by field.'),
});

const emptyRemedy = 'add fqdn: {hostname: …, port: 443}';

const someEndpoint = {
  rule: 'self.type == "DynamicResolver" || (has(self.endpoints) && self.endpoints.size() > 0)',
  message: emptyRemedy,
  fieldPath: '.endpoints',
};

/** Where something outside of the cluster is reached, in the words of Envoy Gateway. */
export const backendSpec = refine(ruled(backendFields, someEndpoint), (spec, place) => {
  if (spec.type === 'DynamicResolver' || spec.endpoints.length > 0) return spec;
  return reject(under(place, 'endpoints'), 'is empty', emptyRemedy);
});
