import type { JsonObject } from '@bufbuild/protobuf';
import { metadataNamespaces } from '../../../contract.ts';
import { StdoutAccessLogSchema } from '../../../gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import type { GatewaySettings } from '../../../model/gateway.ts';
import { asTypedConfig, extension } from '../extension.ts';

/**
 * One line of JSON per request. Never in it: bodies, query strings (they may carry keys), and any header that could
 * hold a credential.
 */
const metadataFields: JsonObject = {
  // In UTC with milliseconds, RFC 3339: Envoy's default, which it has at hand.
  time: '%START_TIME%',
  request_id: '%REQ(X-REQUEST-ID)%',
  client: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  method: '%REQ(:METHOD)%',
  path: '%PATH(NQ)%',
  protocol: '%PROTOCOL%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  duration_ms: '%DURATION%',
  first_byte_ms: '%COMMON_DURATION(DS_RX_BEG:DS_TX_BEG:ms)%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  cluster: '%UPSTREAM_CLUSTER%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  ...Object.fromEntries(
    ['key', 'user', 'team', 'project', 'api', 'model', 'targets'].map((field) => [field, textOf(field)]),
  ),
  stream: ofProcessor('stream'),
};

function ofProcessor(field: string): string {
  return `%DYNAMIC_METADATA(${metadataNamespaces.log}:${field})%`;
}

/**
 * The second operator yields nothing, but makes a text of the value. A lone one keeps the type of its value, and for that
 * Envoy 1.40.0 copies all metadata of the request: seven such fields cost more than the rest of the log.
 */
function textOf(field: string): string {
  return `${ofProcessor(field)}%TRAILER(none)%`;
}

/** Request headers that say something about the client and nothing about the person. */
const shownHeaders = [
  'user-agent',
  'content-type',
  'accept',
  'origin',
  'openai-beta',
  'anthropic-version',
  'anthropic-beta',
  'x-stainless-lang',
  'x-stainless-package-version',
  'x-stainless-retry-count',
];

export function accessLogs(settings: GatewaySettings) {
  if (settings.accessLog === 'off') return [];
  const jsonFormat: JsonObject =
    settings.accessLog === 'full'
      ? { ...metadataFields, headers: Object.fromEntries(shownHeaders.map((name) => [name, `%REQ(${name})%`])) }
      : metadataFields;
  const log = extension('envoy.access_loggers.stdout', StdoutAccessLogSchema, {
    accessLogFormat: {
      case: 'logFormat',
      value: { format: { case: 'jsonFormat', value: jsonFormat }, omitEmptyValues: true },
    },
  });
  return [asTypedConfig(log)];
}
