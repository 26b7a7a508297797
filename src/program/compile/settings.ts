import { tokenFields } from '../../contract.ts';
import {
  type Settings as Message,
  SettingsSchema,
  type Sink as SinkMessage,
  type Store as StoreMessage,
} from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { Settings, TokenDemand } from '../program.ts';
import type { RecordSink, StoreSettings } from '../store-settings.ts';
import { type Compiled, refused } from './refusal.ts';
import { compileTokens } from './token-demand.ts';

export const settingsSchema = SettingsSchema;

export function compileSettings(message: Message): Compiled<Settings> {
  const maxBodyBytes = Number(message.maxBodyBytes);
  if (maxBodyBytes === 0) return refused('max_body_bytes is missing');
  const store = compileStore(message.store);
  if (!store.ok) return store;
  const listenerTokens = new Map<string, TokenDemand>();
  for (const written of message.listenerTokens) {
    const demand = compileTokens(written);
    if (!demand.ok) return demand;
    if (demand.value !== undefined) listenerTokens.set(written.filter, demand.value);
  }
  return ok({
    maxBodyBytes,
    defaultProfile: message.defaultProfile,
    store: store.value,
    usageRecords: compileSink(message.usageRecords),
    decisionRecords: compileSink(message.decisionRecords),
    redactionSecret: message.redactionSecret,
    includeUsage: message.includeUsage,
    otlpEndpoint: message.otlpEndpoint,
    collectsFailedAnswers: message.collectsFailedAnswers,
    anonymousKey: Buffer.from(message.anonymousKey).toString('hex'),
    tokenSources: message.tokenSources.map(({ filter, issuer, headers }) => ({
      ...tokenFields(filter, issuer),
      headers,
    })),
    listenerTokens,
    hasOptionalTokens: message.hasOptionalTokens,
  });
}

function compileStore(message: StoreMessage | undefined): Compiled<StoreSettings> {
  const replicas = Math.max(1, message?.replicas ?? 1);
  if (message?.kind.case !== 'redis') {
    const snapshot = message?.kind.case === 'memory' ? message.kind.value.snapshot : '';
    return ok({ kind: 'memory', snapshot, replicas });
  }
  const { $typeName: _type, $unknown: _unknown, ...redis } = message.kind.value;
  if (redis.addresses.length === 0) return refused('store has no address');
  const { tls } = redis;
  return ok({
    ...redis,
    kind: 'redis',
    replicas,
    leaseTokens: Number(redis.leaseTokens),
    tls:
      tls === undefined
        ? undefined
        : { ca: tls.ca, certificate: tls.certificate, privateKey: tls.privateKey, serverName: tls.serverName },
  });
}

function compileSink(message: SinkMessage | undefined): RecordSink {
  return {
    file: message?.file ?? '',
    redisStream: message?.redisStream ?? '',
    redisMaxLength: Number(message?.redisMaxLength ?? 0),
  };
}
