import { endpoint } from './endpoint.ts';
import { extensions } from './extension/extension.ts';
import { dnsLabel, documentReference } from './name.ts';
import { boolean } from './schema/boolean.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { set } from './schema/list.ts';
import { object } from './schema/object.ts';
import { size } from './schema/size.ts';
import { text } from './schema/text.ts';
import { secretSource } from './secret-source.ts';
import { records, store } from './store.ts';

const origin = text({
  pattern: '^(\\*|https?://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+\\])(:[0-9]{1,5})?)$',
  complaint: 'is not an origin',
  remedy: 'write scheme, host and port without a path, such as https://app.example.com, or "*" for every origin',
});

/** What Gateway API has no words for. Sizes in bytes. */
export const gatewayPolicySpec = object({
  targetRef: optional(
    object({
      group: defaulted(enumeration(['gateway.networking.k8s.io']), 'gateway.networking.k8s.io', 'Group of the kind.'),
      kind: defaulted(enumeration(['Gateway']), 'Gateway', 'Kind of what is meant.'),
      name: required(dnsLabel, 'Name of a Gateway.'),
    }),
    'The Gateway of its namespace that this is for; the only one if absent.',
  ),
  clientCertificates: optional(
    object({
      ca: required(secretSource, 'Certificates that may sign those of clients, as PEM.'),
      require: defaulted(boolean, true, 'false: a client without certificate is let in.'),
    }),
    'Clients show certificates (mTLS). Needs a listener with TLS.',
  ),
  anonymous: optional(
    object({
      key: required(
        documentReference,
        'Name of an ApiKey: what it may and what it spends holds for all of them together.',
      ),
    }),
    'Callers who show no key are let in as this one. Default: they are refused. A wrong key is always refused.',
  ),
  maxBodySize: defaulted(
    size({ from: '1KiB', to: '1GiB' }),
    '20MiB',
    'Largest request body; a larger one is answered with 413. It is held in memory, which is what makes retries safe: never more than 60MiB.',
  ),
  cors: optional(
    object({
      allowOrigins: required(
        set(origin, { least: 1, emptyRemedy: 'name at least one origin, or remove cors' }),
        'Origins whose pages may call; "*": every one.',
      ),
    }),
    'Calls from pages in browsers.',
  ),
  extensions: defaulted(
    extensions,
    [],
    'Filters of your own, such as a web application firewall, in the order in which requests meet them. They run before keys of callers are checked.',
  ),
  accessLog: defaulted(
    object({
      fields: defaulted(
        enumeration(['full', 'metadata', 'off']),
        'metadata',
        'metadata: who, what, how long. full: also request headers that are safe to show. off: no log. Never prompts.',
      ),
    }),
    {},
    'One line of JSON for each request.',
  ),
  telemetry: defaulted(
    object({
      otlp: optional(
        object({
          endpoint: required(
            endpoint({ expectsPath: false, example: 'http://collector:4318' }),
            'Base address of a collector that takes OTLP over HTTP; /v1/traces is added.',
          ),
        }),
        'Spans over OTLP.',
      ),
    }),
    {},
    'Where spans go. Default: where the environment of the processor says (OTEL_EXPORTER_OTLP_ENDPOINT), else nowhere.',
  ),
  store: optional(
    store,
    'Where Limits and Budgets count. Default: where GatewayParameters of the Gateway say, else those of its class; else {memory: {}}.',
  ),
  records: defaulted(records, {}, 'Where records of usage and of guardrails go. Default: nowhere.'),
  usage: defaulted(
    object({
      includeUsage: defaulted(
        boolean,
        true,
        'Providers are asked to end a stream with what it used; callers do not see it.',
      ),
    }),
    {},
    'How tokens are counted.',
  ),
  redactionSecret: optional(
    secretSource,
    'What hashes and reversible tokens of guardrails are made with: at least 32 characters that nobody can guess.',
  ),
});
