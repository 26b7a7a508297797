import { describe, expect, it } from 'vitest';
import type { RedisStoreSettings } from '../../src/program/store-settings.ts';
import { redisAccess, redisIdentity } from './redis-target.ts';

const settings: RedisStoreSettings = {
  kind: 'redis',
  addresses: ['one:6379', '[::1]:7000'],
  sentinelMaster: '',
  sentinelUsername: '',
  sentinelPassword: '',
  isCluster: false,
  username: '',
  password: '',
  database: 3,
  tls: undefined,
  keyPrefix: 'sluice',
  commandTimeoutMs: 100,
  mostQueued: 10,
  leaseTokens: 0,
  replicas: 1,
};
const noTls = { ca: '', certificate: '', privateKey: '', serverName: '' };
const secrets = new Map<string, string>(
  ['password', 'sentinels', 'ca', 'certificate', 'key'].map((name) => [name, `text of ${name}`]),
);
const nodes = [
  { host: 'one', port: 6379 },
  { host: '::1', port: 7000 },
];

describe('redisAccess()', () => {
  it.each<[string, Partial<RedisStoreSettings>, object]>([
    ['one server', {}, { kind: 'single', nodes: nodes.slice(0, 1), database: 3 }],
    ['a Cluster', { isCluster: true }, { kind: 'cluster', nodes }],
    ['Sentinels', { sentinelMaster: 'limits' }, { kind: 'sentinel', nodes, master: 'limits', database: 3 }],
  ])('finds %s', (_, more, address) => {
    expect(redisAccess({ ...settings, ...more }, secrets)).toEqual({
      target: { address, isTls: false, sentinelLogin: {} },
    });
  });

  it('says who we are, to the server and to its Sentinels', () => {
    const logins = { username: 'us', password: 'password', sentinelUsername: 'them', sentinelPassword: 'sentinels' };
    expect(redisAccess({ ...settings, ...logins }, secrets).target).toMatchObject({
      username: 'us',
      password: 'text of password',
      sentinelLogin: { username: 'them', password: 'text of sentinels' },
    });
  });

  it('trusts whom the policy names, shows its certificate and expects its name', () => {
    const tls = { ca: 'ca', certificate: 'certificate', privateKey: 'key', serverName: 'limits.internal' };
    expect(redisAccess({ ...settings, tls }, secrets)).toMatchObject({
      target: { isTls: true },
      tls: {
        ca: 'text of ca',
        cert: 'text of certificate',
        key: 'text of key',
        servername: 'limits.internal',
      },
    });
    expect(redisAccess({ ...settings, tls: noTls }, secrets)).toMatchObject({ target: { isTls: true }, tls: {} });
    expect(redisAccess({ ...settings, tls: noTls }, secrets).tls).toEqual({});
  });
});

describe('redisIdentity()', () => {
  const withAll = {
    ...settings,
    password: 'password',
    sentinelPassword: 'sentinels',
    tls: { ca: 'ca', certificate: 'certificate', privateKey: 'key', serverName: '' },
  };

  it('is another one with another secret, whichever it is', () => {
    for (const name of secrets.keys()) {
      const other = new Map(secrets).set(name, 'another');
      expect(redisIdentity(withAll, other), name).not.toBe(redisIdentity(withAll, secrets));
    }
  });

  it('is the same where only secrets of others change', () => {
    expect(redisIdentity(withAll, new Map(secrets).set('foreign', 'x'))).toBe(redisIdentity(withAll, secrets));
  });
});
