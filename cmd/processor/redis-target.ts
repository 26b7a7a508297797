import type { ConnectionOptions } from 'node:tls';
import type { RedisAddress, RedisNode, RedisTarget } from '../../src/limits/redis/connection.ts';
import type { Program } from '../../src/program/program.ts';
import type { RedisStoreSettings, RedisTls } from '../../src/program/store-settings.ts';

/** Where the Redis of a program is, and how it is reached; secrets are looked up by their names. */
export interface RedisAccess {
  readonly target: RedisTarget;
  readonly tls?: ConnectionOptions;
}

export function redisAccess(settings: RedisStoreSettings, secrets: Program['secrets']): RedisAccess {
  const password = secrets.get(settings.password);
  const sentinelPassword = secrets.get(settings.sentinelPassword);
  const target: RedisTarget = {
    address: addressOf(settings),
    isTls: settings.tls !== undefined,
    ...(settings.username !== '' && { username: settings.username }),
    ...(password !== undefined && { password }),
    sentinelLogin: {
      ...(settings.sentinelUsername !== '' && { username: settings.sentinelUsername }),
      ...(sentinelPassword !== undefined && { password: sentinelPassword }),
    },
  };
  return settings.tls === undefined ? { target } : { target, tls: tlsOf(settings.tls, secrets) };
}

function addressOf(settings: RedisStoreSettings): RedisAddress {
  const nodes = settings.addresses.map(nodeOf);
  if (settings.isCluster) return { kind: 'cluster', nodes };
  const { database, sentinelMaster: master } = settings;
  if (master !== '') return { kind: 'sentinel', nodes, master, database };
  const [node = { host: '127.0.0.1', port: 6379 }] = nodes;
  return { kind: 'single', nodes: [node], database };
}

function nodeOf(address: string): RedisNode {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

function tlsOf({ ca, certificate, privateKey, serverName }: RedisTls, secrets: Program['secrets']): ConnectionOptions {
  const caPem = secrets.get(ca);
  const cert = secrets.get(certificate);
  const key = secrets.get(privateKey);
  return {
    ...(caPem !== undefined && { ca: caPem }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== '' && { servername: serverName }),
  };
}

/** Of everything by which two connections differ, so that a program that changes nothing of it opens no new one. */
export function redisIdentity(settings: RedisStoreSettings, secrets: Program['secrets']): string {
  const names = [settings.password, settings.sentinelPassword, ...Object.values(settings.tls ?? {})];
  return JSON.stringify([settings, names.map((name) => secrets.get(name))]);
}
