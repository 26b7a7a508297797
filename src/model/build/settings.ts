import type { GatewayPolicyDocument } from '../../policy/document.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { SinkSpec } from '../../policy/store.ts';
import type { GatewaySettings } from '../gateway.ts';
import type { RecordSink, Store } from '../store.ts';
import type { BuildContext } from './context.ts';

type Parts = Pick<
  GatewaySettings,
  'store' | 'usageRecords' | 'decisionRecords' | 'redactionSecret' | 'includeUsage' | 'secrets'
>;

const noSink: RecordSink = { file: '', redisStream: '', redisMaxLength: 0 };

/** What the processor counts with, and where it reports. */
export function inlineSettings(
  gateway: string,
  policy: GatewayPolicyDocument | undefined,
  context: BuildContext,
): Parts {
  if (policy === undefined) {
    const store = { kind: 'memory', snapshot: '' } as const;
    return { store, usageRecords: noSink, decisionRecords: noSink, includeUsage: true, secrets: [] };
  }
  const { spec } = policy;
  const secrets: string[] = [];
  const keep = (path: string, source: SecretSource | undefined, part: string, leastLength = 1): string => {
    if (source === undefined) return '';
    const name = `gateway/${gateway}/${part}`;
    const value = context.resolve(policy, path, source);
    if (value === undefined) return name;
    if (value.length < leastLength) {
      const message = `has ${value.length} characters, so that its values can be guessed`;
      context.reject(policy, path, message, `use at least ${leastLength} random characters`);
      return '';
    }
    context.keep({ name, kind: 'opaque', value });
    secrets.push(name);
    return name;
  };
  const redactionSecret = keep('spec.redactionSecret', spec.redactionSecret, 'redaction-secret', 32);
  const store = buildStore(policy, keep);
  return {
    store,
    usageRecords: sinkOf(spec.records.usage),
    decisionRecords: sinkOf(spec.records.decisions),
    // One that is named but not there makes nothing: hashes by a secret that nobody has chosen would never match again.
    ...(secrets.includes(redactionSecret) && { redactionSecret }),
    includeUsage: spec.usage.includeUsage,
    secrets: secrets.sort(),
  };
}

function buildStore(
  { spec }: GatewayPolicyDocument,
  keep: (path: string, source: SecretSource | undefined, part: string) => string,
): Store {
  if ('memory' in spec.store) return { kind: 'memory', snapshot: spec.store.memory.snapshot ?? '' };
  const { redis } = spec.store;
  const { tls, sentinel } = redis;
  const path = 'spec.store.redis';
  return {
    kind: 'redis',
    addresses: redis.addresses,
    sentinelMaster: sentinel?.master ?? '',
    sentinelUsername: sentinel?.username ?? '',
    sentinelPassword: keep(`${path}.sentinel.password`, sentinel?.password, 'sentinel-password'),
    isCluster: redis.cluster,
    username: redis.username ?? '',
    password: keep(`${path}.password`, redis.password, 'store-password'),
    database: redis.database,
    ...(tls && {
      tls: {
        ca: keep(`${path}.tls.ca`, tls.ca, 'store-ca'),
        certificate: keep(
          `${path}.tls.clientCertificate.certificate`,
          tls.clientCertificate?.certificate,
          'store-certificate',
        ),
        privateKey: keep(`${path}.tls.clientCertificate.key`, tls.clientCertificate?.key, 'store-key'),
        serverName: tls.serverName ?? '',
      },
    }),
    keyPrefix: redis.keyPrefix,
    commandTimeoutMs: redis.commandTimeout,
    mostQueued: redis.mostQueued,
    leaseTokens: redis.leaseTokens,
    replicas: redis.replicas,
  };
}

function sinkOf({ stdout, file, redisStream }: SinkSpec): RecordSink {
  return {
    file: stdout ? '-' : (file ?? ''),
    redisStream: redisStream?.name ?? '',
    redisMaxLength: redisStream?.maxLength ?? 0,
  };
}
