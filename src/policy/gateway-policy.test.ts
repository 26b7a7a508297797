import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  [
    '{maxBodySize: 20}',
    'error spec.maxBodySize 20 has no unit — write a size from 1KiB to 1GiB with its unit (B, KiB, MiB or GiB), such as 20MiB',
  ],
  [
    '{maxBodySize: 20MB}',
    'error spec.maxBodySize "20MB" is not a size — write a size from 1KiB to 1GiB with its unit (B, KiB, MiB or GiB), such as 20MiB',
  ],
  [
    '{maxBodySize: 2GiB}',
    'error spec.maxBodySize 2GiB is more than 1GiB — write a size from 1KiB to 1GiB with its unit (B, KiB, MiB or GiB), such as 20MiB',
  ],
  [
    '{maxBodySize: 1B}',
    'error spec.maxBodySize 1B is less than 1KiB — write a size from 1KiB to 1GiB with its unit (B, KiB, MiB or GiB), such as 20MiB',
  ],
  [
    '{maxBodySize: true}',
    'error spec.maxBodySize true is not a size — write a size from 1KiB to 1GiB with its unit (B, KiB, MiB or GiB), such as 20MiB',
  ],
  ['{targetRef: default}', 'error spec.targetRef "default" is not a map — write a map with group, kind or name'],
  [
    '{targetRef: {kind: Service, name: x}}',
    'error spec.targetRef.kind "Service" is not a possible value — write Gateway',
  ],
  ['{targetRef: {}}', 'error spec.targetRef.name is missing — add name: name of a Gateway'],
  [
    '{clientCertificates: {require: true}}',
    'error spec.clientCertificates.ca is missing — add ca: certificates that may sign those of clients, as PEM',
  ],
  [
    '{clientCertificates: {ca: clients.pem}}',
    'error spec.clientCertificates.ca a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  ['{cors: {}}', 'error spec.cors.allowOrigins is missing — add allowOrigins: origins whose pages may call'],
  ['{cors: {allowOrigins: []}}', 'error spec.cors.allowOrigins is empty — name at least one origin, or remove cors'],
  [
    '{cors: {allowOrigins: [app.example.com]}}',
    'error spec.cors.allowOrigins[0] "app.example.com" is not an origin — write scheme, host and port without a path, such as https://app.example.com, or "*" for every origin',
  ],
  [
    '{cors: {allowOrigins: ["https://app.example.com/"]}}',
    'error spec.cors.allowOrigins[0] "https://app.example.com/" is not an origin — write scheme, host and port without a path, such as https://app.example.com, or "*" for every origin',
  ],
  [
    '{cors: {allowOrigins: ["https://*.example.com"]}}',
    'error spec.cors.allowOrigins[0] "https://*.example.com" is not an origin — write scheme, host and port without a path, such as https://app.example.com, or "*" for every origin',
  ],
  [
    '{accessLog: {fields: all}}',
    'error spec.accessLog.fields "all" is not a possible value — write full, metadata or off',
  ],
  ['{accessLog: off}', 'error spec.accessLog "off" is not a map — write a map with fields'],
  [
    '{telemetry: {otlp: {endpoint: collector}}}',
    'error spec.telemetry.otlp.endpoint collector does not begin with http:// or https:// — write an address such as http://collector:4318',
  ],
  [
    '{telemetry: {otlp: {}}}',
    'error spec.telemetry.otlp.endpoint is missing — add endpoint: base address of a collector that takes OTLP over HTTP',
  ],
  [
    '{telemetry: {prometheus: {}}}',
    'error spec.telemetry.prometheus is not a known field — remove it; known here: otlp',
  ],
  [
    '{store: {redis: {}}}',
    'error spec.store.redis.addresses is missing — add addresses: host:port of the server, of nodes of the cluster, or of the sentinels',
  ],
  [
    '{store: {redis: {addresses: ["redis://:hunter2@redis"]}}}',
    'error spec.store.redis.addresses[0] the value (not repeated here) is not an address — write host and port, such as redis:6379',
  ],
  [
    '{store: {redis: {addresses: ["a:1"], cluster: true, sentinel: {master: m}}}}',
    'error spec.store.redis.sentinel is given together with cluster — keep one of them',
  ],
  [
    '{store: {redis: {addresses: ["a:1"], cluster: true, database: 1}}}',
    'error spec.store.redis.database is given, but a cluster has only database 0 — remove it',
  ],
  [
    '{records: {decisions: {stdout: true, file: a}}}',
    'error spec.records.decisions.file is given together with stdout — keep one of them',
  ],
  [
    '{redactionSecret: hunter2}',
    'error spec.redactionSecret a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    '{limit: 5}',
    'error spec.limit is not a known field — remove it; known here: targetRef, clientCertificates, anonymous, maxBodySize, cors, extensions, accessLog, telemetry, store, records, usage or redactionSecret',
  ],
];

const inlineDefaults = {
  extensions: [],
  records: { usage: { stdout: false }, decisions: { stdout: false } },
  usage: { includeUsage: true },
};

describe('GatewayPolicy', () => {
  it('needs nothing', () => {
    expect(specOf('GatewayPolicy', '{}')).toEqual({
      maxBodySize: 20 * 1024 * 1024,
      accessLog: { fields: 'metadata' },
      telemetry: {},
      ...inlineDefaults,
    });
  });

  it('takes everything that can be said', () => {
    const spec = `
      targetRef: {kind: Gateway, name: edge}
      clientCertificates: {ca: {file: clients.pem}}
      maxBodySize: 1GiB
      cors: {allowOrigins: ["https://app.example.com", "http://localhost:3000", "http://[::1]:80"]}
      accessLog: {fields: full}
      telemetry: {otlp: {endpoint: "http://collector:4318"}}`;
    expect(specOf('GatewayPolicy', spec)).toEqual({
      targetRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' },
      clientCertificates: { ca: { file: 'clients.pem' }, require: true },
      maxBodySize: 1024 ** 3,
      cors: { allowOrigins: ['https://app.example.com', 'http://localhost:3000', 'http://[::1]:80'] },
      accessLog: { fields: 'full' },
      ...inlineDefaults,
      telemetry: {
        otlp: {
          endpoint: { url: 'http://collector:4318', protocol: 'http', host: 'collector', port: 4318, path: '' },
        },
      },
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('GatewayPolicy', spec)).toEqual([problem]);
  });
});
