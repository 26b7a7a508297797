import { gatewayDuration } from '../gateway-api/duration.ts';
import { headerName } from '../header.ts';
import { boolean } from '../schema/boolean.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { exactlyOneRule, uniqueRule } from '../schema/field-rules.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { tagged, variant } from '../schema/tagged.ts';
import { text } from '../schema/text.ts';
import { except, refused, unservedYet } from '../schema/verdict.ts';
import { configMapReference } from './config-map-reference.ts';

const name = text({ longest: 253, complaint: 'has control characters', remedy: 'write it on one line' });

const remoteJwks = object({
  uri: required(
    text({
      pattern: '^https?://[^\\s@#]+$',
      longest: 2048,
      complaint: 'is not an address',
      remedy: 'write an address such as https://login.example.com/.well-known/jwks.json',
    }),
    'Where the keys are.',
  ),
  failedRefetchDuration: unservedYet('how soon keys are asked for again is the gateway’s own'),
  cacheDuration: defaulted(
    refine(gatewayDuration, (ms, place) => (ms > 0 ? ms : reject(place, 'is no time at all', 'write 1ms or more'))),
    '300s',
    'How long they are kept.',
  ),
  backendRef: refused('the keys are fetched from their address'),
  backendRefs: refused('the keys are fetched from their address'),
  backendSettings: refused('the keys are fetched from their address'),
});

const localJwks = tagged(
  'type',
  {
    Inline: variant(
      'inline',
      text({
        pattern: '^[^\\u0000]+$',
        longest: 65_536,
        complaint: 'is not a set of keys',
        remedy: 'write a JSON Web Key Set',
      }),
      'The keys as a JSON Web Key Set.',
    ),
    ValueRef: variant('valueRef', configMapReference, 'ConfigMap with the keys under jwks, or as its only entry.'),
  },
  'Where the keys stand.',
  'Inline',
);

const claimToHeader = object({
  claim: required(name, 'Name of the claim; a dot goes deeper.'),
  header: required(headerName, 'Header that it is put into.'),
});

const extractFrom = object({
  headers: defaulted(
    list(
      object({
        name: required(headerName, 'Name of the header.'),
        valuePrefix: optional(
          text({ longest: 64, complaint: 'has control characters', remedy: 'write a text such as "Bearer "' }),
          'What stands in front of the token.',
        ),
      }),
      { most: 16 },
    ),
    [],
    'Headers that may hold the token.',
  ),
  cookies: refused('callers are programs'),
  params: refused('tokens in addresses end up in logs'),
});

const providerFields = object({
  name: required(name, 'Name of the provider, unique in the policy.'),
  issuer: optional(name, 'Claim iss of its tokens; any if absent.'),
  audiences: defaulted(list(name, { most: 8 }), [], 'Claim aud: one of these; any if empty.'),
  remoteJWKS: optional(remoteJwks, 'Keys that are fetched.'),
  localJWKS: optional(localJwks, 'Keys that are here.'),
  claimToHeaders: defaulted(list(claimToHeader, { most: 16 }), [], 'Claims that become headers of the request.'),
  extractFrom: optional(extractFrom, 'Where a request has its token; Authorization: Bearer if absent.'),
  recomputeRoute: optional(
    except(boolean, 'as if it were true, whatever is written'),
    'Whatever is written here, rules that match a header of claimToHeaders are chosen by what a verified token says and not by what the caller has sent; those of an AIGatewayRoute’s own policy for that route alone. Of an HTTPRoute only where all routes of the host that want these tokens have the same policies.',
  ),
});

export type JwtProvider = Infer<typeof providerFields>;

const provider = refine(
  ruled(providerFields, exactlyOneRule(['remoteJWKS', 'localJWKS'])),
  (spec, place): Parsed<JwtProvider> => {
    const remedy = 'add remoteJWKS: {uri: …}';
    return exactlyOneOf(spec, ['remoteJWKS', 'localJWKS'], place, remedy) === undefined ? invalid : spec;
  },
);

function distinct(all: readonly JwtProvider[], place: Place): Parsed<readonly JwtProvider[]> {
  const index = all.findIndex((one, at) => all.findIndex((other) => other.name === one.name) !== at);
  if (index < 0) return all;
  return reject(under(under(place, index), 'name'), `${all[index]?.name} stands here twice`, 'rename one of them');
}

/** Tokens of callers. */
export const jwt = object({
  providers: required(
    refine(
      ruled(list(provider, { least: 1, most: 16, emptyRemedy: 'name an issuer of tokens' }), uniqueRule('name')),
      distinct,
    ),
    'Whose tokens are accepted.',
  ),
  failOpen: refused('a token that is wrong does not let in'),
  optional: defaulted(boolean, false, 'true: a request without token is let in; a wrong token is not.'),
});

export type JwtSpec = Infer<typeof jwt>;
