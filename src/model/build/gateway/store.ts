import type { GatewayParametersDocument, GatewayPolicyDocument } from '../../../policy/document.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import type { StoreSpec } from '../../../policy/store.ts';
import type { Said } from '../../decision.ts';
import type { Store } from '../../store.ts';
import type { GatewayParameters } from './gateway-parameters.ts';

/** A store, and the document that says it: names of Secrets mean those beside that document. */
export interface WrittenStore {
  readonly document: GatewayPolicyDocument | GatewayParametersDocument;
  readonly spec: StoreSpec;
}

/**
 * The closest one first, which counts: policy of the Gateway, parameters of the Gateway, parameters of its class. Always
 * as a whole, never field by field: who may write one of them could otherwise have the password of another one sent to an
 * address of his choice.
 */
export function writtenStores(
  policy: GatewayPolicyDocument | undefined,
  { ofGateway, ofClass }: GatewayParameters,
): readonly WrittenStore[] {
  return [policy, ofGateway, ofClass].flatMap((document) =>
    document?.spec.store === undefined ? [] : [{ document, spec: document.spec.store }],
  );
}

export function saidOfStore({ document, spec }: WrittenStore): Said {
  const value = 'memory' in spec ? 'memory' : `Redis at ${spec.redis.addresses.join(', ')}`;
  return { origin: document.id, level: 'gateway', path: 'store', value };
}

/** Keeps a secret under a name, and gives that name; nothing for none. */
export type KeepSecret = (path: string, source: SecretSource | undefined, part: string) => string;

export function buildStore(spec: StoreSpec, keep: KeepSecret): Store {
  if ('memory' in spec) return { kind: 'memory', snapshot: spec.memory.snapshot ?? '' };
  const { redis } = spec;
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
