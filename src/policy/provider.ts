import { type Endpoint, endpoint } from './endpoint.ts';
import { headerValue, ruledHeaderName } from './header.ts';
import { presetNames, presets } from './preset.ts';
import { providerSchema, type ServedSchema, servedSchemas } from './provider-schema.ts';
import { duration } from './schema/duration.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required, unserved } from './schema/field.ts';
import { jsonValue } from './schema/json-value.ts';
import { set } from './schema/list.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import { oneOf } from './schema/one-of.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { noted, ruled } from './schema/server-notes.ts';
import { choices } from './schema/show.ts';
import { text } from './schema/text.ts';
import { secretExample, secretSource } from './secret-source.ts';

const laterCredential = 'use apiKey or none';

const credential = oneOf(
  {
    apiKey: required(secretSource, 'The API key of the account.'),
    none: required(object({}), 'No credential: an open server, or every key brings its own.'),
    aws: unserved(laterCredential),
    gcp: unserved(laterCredential),
    azure: unserved(laterCredential),
  },
  `write none: {}, or apiKey: ${secretExample}`,
);

export type Credential = Infer<typeof credential>;

const tls = object({
  ca: optional(secretSource, 'Certificates that may sign the provider’s, as PEM; the system’s if absent.'),
  clientCertificate: optional(
    object({
      certificate: required(secretSource, 'Certificate chain as PEM.'),
      key: required(secretSource, 'Private key as PEM.'),
    }),
    'Shown to the provider (mTLS).',
  ),
  serverName: optional(
    text({
      pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
      complaint: 'is not a host name',
      remedy: 'write a host name such as api.example.com',
    }),
    'Name asked for (SNI) and expected in the certificate; the host of the endpoint if absent.',
  ),
});

const bodyField = refine(
  ruled(text({ longest: 128, complaint: 'is not a field name', remedy: 'write the name of a top-level field' }), {
    rule: '!(self in ["model", "stream"])',
    message: 'remove it: model and stream are decided by the gateway',
  }),
  (name, place) => {
    // Both decide where a request goes and how its answer is read, long before the body is changed.
    if (name !== 'model' && name !== 'stream') return name;
    return reject(place, `${name} is decided by the gateway`, remedyOf[name]);
  },
);

const remedyOf = { model: 'name the provider’s model in a target of a Model', stream: 'leave it to the caller' };

const passthroughRemedy = 'write a path such as /v1/audio/speech; * may stand at the end: /v1/audio/*';

const passthroughPath = noted(
  text({
    // No empty, `.` or `..` segment: the provider would see another path than the one that was allowed.
    pattern: '^/v1(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*(/\\*)?$',
    longest: 256,
    complaint: 'is not a path below /v1/',
    remedy: passthroughRemedy,
  }),
  {
    keywords: { pattern: '^/v1(/[A-Za-z0-9._~-]+)*(/\\*)?$' },
    rules: [{ rule: '!self.matches("/[.]{1,2}(/|$)")', message: passthroughRemedy }],
  },
);

const baseUrl = endpoint({ expectsPath: true, example: 'https://api.example.com/v1' });

const fields = object({
  schema: optional(providerSchema, 'The dialect that the provider speaks. Needed unless a preset says it.'),
  preset: optional(enumeration(presetNames), 'Schema, endpoint and credential style of a known service.'),
  endpoint: optional(
    baseUrl,
    'Base URL, put in place of the client’s /v1. Default: the public address of the schema or preset.',
  ),
  network: defaulted(
    enumeration(['public', 'private']),
    'public',
    'private: under your own roof. A chain of private providers never reaches a public one.',
  ),
  credential: optional(credential, 'How the gateway shows who it is. Default: none.'),
  tls: optional(tls, 'Deviations from verifying the provider against the system’s certificates.'),
  headers: defaulted(
    object({
      set: defaulted(map(ruledHeaderName, headerValue), {}, 'Set on every request, replacing the client’s.'),
      remove: defaulted(set(ruledHeaderName), [], 'Removed from every request.'),
    }),
    {},
    'Changes to request headers.',
  ),
  body: defaulted(
    object({
      set: defaulted(map(bodyField, jsonValue), {}, 'Top-level fields to set, replacing the client’s.'),
      remove: defaulted(set(bodyField), [], 'Top-level fields to remove.'),
    }),
    {},
    'Changes to JSON request bodies.',
  ),
  connectTimeout: defaulted(duration({ from: '1ms', to: '5m' }), '5s', 'Time to connect, TLS included.'),
  passthrough: defaulted(
    object({
      paths: defaulted(set(passthroughPath), [], 'Client paths; * may stand at the end: /v1/audio/*.'),
    }),
    {},
    'Client paths passed through to this provider although the gateway does not know their API. Default: none.',
  ),
});

type Fields = Infer<typeof fields>;

/** An upstream account. Defaults that depend on schema and preset are filled in. */
export type ProviderSpec = Omit<Fields, 'schema' | 'endpoint' | 'credential'> & {
  readonly schema: ServedSchema;
  readonly endpoint: Endpoint;
  readonly credential: Credential;
};

export const publicEndpoints: { readonly [S in ServedSchema]: string | undefined } = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  'openai-compatible': undefined,
};

const ownServers = presetNames.filter((name) => presets[name].endpoint.startsWith('http:'));

const needsNoEndpoint = servedSchemas.filter((schema) => publicEndpoints[schema] !== undefined);

const isPlain = `(has(self.endpoint) ? self.endpoint.startsWith("http:") : has(self.preset) && self.preset in ${JSON.stringify(ownServers)})`;

export const providerSpec: Schema<ProviderSpec> = ruled(
  refine(fields, complete),
  {
    rule: 'has(self.schema) || has(self.preset)',
    message: `add schema: ${choices(servedSchemas)}, or a preset`,
    fieldPath: '.schema',
  },
  {
    rule: '!has(self.preset) || !has(self.schema) || self.schema == "openai-compatible"',
    message: 'remove schema or preset: every preset is openai-compatible',
    fieldPath: '.schema',
  },
  {
    rule: `has(self.endpoint) || has(self.preset) || !has(self.schema) || self.schema in ${JSON.stringify(needsNoEndpoint)}`,
    message: 'add endpoint: http://localhost:8000/v1, or whatever the address is: this schema has none of its own',
    fieldPath: '.endpoint',
  },
  { rule: `!has(self.tls) || !${isPlain}`, message: 'write https, or remove tls', fieldPath: '.tls' },
);

function complete(spec: Fields, place: Place): Parsed<ProviderSpec> {
  const preset = spec.preset === undefined ? undefined : presets[spec.preset];
  const schema = spec.schema ?? preset?.schema;
  if (schema === undefined) {
    return reject(
      under(place, 'schema'),
      'is missing',
      'add schema: openai, anthropic or openai-compatible, or a preset',
    );
  }
  if (preset !== undefined && schema !== preset.schema) {
    const message = `${schema} contradicts preset ${spec.preset}, which is ${preset.schema}`;
    return reject(under(place, 'schema'), message, 'remove schema or preset');
  }
  const standard = preset?.endpoint ?? publicEndpoints[schema];
  if (spec.endpoint === undefined && standard === undefined) {
    const remedy = 'add endpoint: http://localhost:8000/v1, or whatever the address is';
    return reject(under(place, 'endpoint'), `is missing: ${schema} has no address of its own`, remedy);
  }
  const address = spec.endpoint ?? baseUrl.parse(standard, under(place, 'endpoint'));
  if (address === invalid) return invalid;
  if (spec.tls !== undefined && address.protocol === 'http') {
    return reject(under(place, 'tls'), `is given, but ${address.url} is not https`, 'write https, or remove tls');
  }
  const isKeyExpected = spec.endpoint === undefined && (preset?.needsCredential ?? true);
  if (spec.credential === undefined && isKeyExpected) warnOfMissingCredential(address, place);
  if (spec.credential !== undefined) warnOfOpenWire(spec.credential, address, spec.network, place);
  return { ...spec, schema, endpoint: address, credential: spec.credential ?? { none: {} } };
}

function warnOfMissingCredential(address: Endpoint, place: Place): void {
  const message = `is missing: ${address.host} refuses requests unless the caller’s key brings its own`;
  warn(under(place, 'credential'), message, `add credential: {none: {}} if that is meant, or apiKey: ${secretExample}`);
}

function warnOfOpenWire(given: Credential, address: Endpoint, network: Fields['network'], place: Place): void {
  if (!('apiKey' in given) || address.protocol === 'https' || network === 'private') return;
  if (/^(localhost|127\..*|::1)$/.test(address.host)) return;
  const message = `${address.url} is not encrypted, so the API key can be read on the way`;
  warn(under(place, 'endpoint'), message, 'use https, or say network: private if the way is yours');
}
