import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../lib/log.ts';
import { err, ok } from '../../lib/result.ts';
import type { Authority } from '../../pki/authority.ts';
import { type AuthorityKeeper, type AuthorityKeeperOptions, keepAuthority } from './keeper.ts';
import type { AuthoritySecret, StoredAuthorities } from './secret.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;
const log = createLogger({ name: 'test', level: 'silent' });

/** One Secret that several replicas share. */
function sharedSecret() {
  let stored: { authorities: readonly Authority[]; version: number } | undefined;
  let isAway = false;
  let writes = 0;
  const secret: AuthoritySecret = {
    async read() {
      if (isAway) return err('the API server is away');
      return ok(stored && { authorities: stored.authorities, resourceVersion: String(stored.version) });
    },
    async write(authorities, replaces: StoredAuthorities | undefined) {
      if (isAway) return err('the API server is away');
      if (replaces?.resourceVersion !== (stored && String(stored.version))) return ok('taken');
      stored = { authorities, version: (stored?.version ?? 0) + 1 };
      writes++;
      return ok('written');
    },
  };
  return {
    secret,
    writes: () => writes,
    authorities: () => stored?.authorities ?? [],
    setAway: (value: boolean) => {
      isAway = value;
    },
  };
}

const keepers: AuthorityKeeper[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.close();
});

async function keep(options: Pick<AuthorityKeeperOptions, 'secret'> & Partial<AuthorityKeeperOptions>) {
  const kept = await keepAuthority({
    serverNames: ['controller.sluice-system.svc'],
    isLeader: () => false,
    onChange: () => undefined,
    log,
    ...options,
  });
  if (!kept.ok) throw new Error(kept.error);
  keepers.push(kept.value);
  return kept.value;
}

describe('keepAuthority()', () => {
  it('makes one authority, however many replicas start at once', async () => {
    const { secret, authorities, writes } = sharedSecret();
    const replicas = await Promise.all([keep({ secret }), keep({ secret }), keep({ secret })]);
    expect(writes()).toBe(1);
    expect(new Set(replicas.map((each) => each.roles().signing.certificate))).toEqual(
      new Set([authorities()[0]?.certificate]),
    );
  });

  it('shows a certificate of the server with its names, signed by that authority', async () => {
    const { secret } = sharedSecret();
    const keeper = await keep({ secret });
    const { certificate, clientCa } = keeper.serverTls();
    const leaf = new X509Certificate(certificate);
    expect(leaf.subjectAltName).toBe('DNS:controller.sluice-system.svc');
    expect(leaf.verify(new X509Certificate(clientCa ?? '').publicKey)).toBe(true);
  });

  it('says why there is no authority', async () => {
    const { secret, setAway } = sharedSecret();
    setAway(true);
    expect(
      await keepAuthority({ secret, serverNames: [], isLeader: () => true, onChange: () => undefined, log }),
    ).toEqual(err('the API server is away'));
  });

  it('starts with what it knew before the restart while the Secret cannot be read', async () => {
    let cached: readonly Authority[] | undefined;
    const cache = {
      read: async () => cached,
      write: async (authorities: readonly Authority[]) => {
        cached = authorities;
      },
    };
    const { secret, setAway } = sharedSecret();
    const before = await keep({ secret, cache });
    setAway(true);
    const after = await keep({ secret, cache });
    expect(after.roles().signing).toEqual(before.roles().signing);
  });

  it('writes nothing and tells nothing while everything is as it should be, also as the leader', async () => {
    const { secret, writes } = sharedSecret();
    const told: string[] = [];
    const keeper = await keep({
      secret,
      isLeader: () => true,
      cache: { read: async () => undefined, write: async () => void told.push('kept') },
      onChange: () => told.push('changed'),
    });
    for (let looks = 0; looks < 3; looks++) await keeper.look();
    expect({ writes: writes(), told }).toEqual({ writes: 1, told: ['kept'] });
  });

  it('looks at the Secret from time to time, until it is closed', async () => {
    const { secret } = sharedSecret();
    let reads = 0;
    const read = () => {
      reads += 1;
      return secret.read();
    };
    const keeper = await keep({ secret: { ...secret, read }, lookMs: 2 });
    await expect.poll(() => reads).toBeGreaterThan(3);
    keeper.close();
    await keeper.look();
    const last = reads;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reads).toBe(last);
  });

  it('goes on with what it knows while the Secret cannot be read', async () => {
    const { secret, setAway } = sharedSecret();
    const keeper = await keep({ secret });
    const before = keeper.roles().signing;
    setAway(true);
    await keeper.look();
    expect(keeper.roles().signing).toBe(before);
  });

  it('renews the certificate of the server at half of its life, and writes nothing for it', async () => {
    let now = Date.now();
    let changes = 0;
    const { secret, writes } = sharedSecret();
    const keeper = await keep({ secret, now: () => new Date(now), onChange: () => changes++ });
    const before = keeper.serverTls().certificate;
    now += 11 * hour;
    await keeper.look();
    expect(keeper.serverTls().certificate).toBe(before);
    now += 2 * hour;
    await keeper.look();
    expect(keeper.serverTls().certificate).not.toBe(before);
    expect([changes, writes()]).toEqual([1, 1]);
  });

  it('renews it while the Secret cannot be read, too', async () => {
    let now = Date.now();
    let changes = 0;
    const { secret, setAway } = sharedSecret();
    const keeper = await keep({ secret, now: () => new Date(now), onChange: () => changes++ });
    const before = keeper.serverTls().certificate;
    setAway(true);
    now += 13 * hour;
    await keeper.look();
    expect(keeper.serverTls().certificate).not.toBe(before);
    expect(new X509Certificate(keeper.serverTls().certificate).validToDate.getTime()).toBeGreaterThan(now);
    expect(changes).toBe(1);
  });

  it('tells nobody of what it finds after its end', async () => {
    let now = Date.now();
    let changes = 0;
    const { secret } = sharedSecret();
    const keeper = await keep({ secret, now: () => new Date(now), onChange: () => changes++ });
    const before = keeper.serverTls().certificate;
    now += 13 * hour;
    const looking = keeper.look();
    keeper.close();
    await looking;
    expect(keeper.serverTls().certificate).not.toBe(before);
    expect(changes).toBe(0);
  });

  it('has a successor made by the leader alone, which signs when everybody has heard of it', async () => {
    let now = Date.now();
    const { secret, authorities } = sharedSecret();
    const follower = await keep({ secret, now: () => new Date(now) });
    const leader = await keep({ secret, now: () => new Date(now), isLeader: () => true });
    const first = leader.roles().signing.certificate;
    now += 6 * year;
    await follower.look();
    expect(authorities()).toHaveLength(1);
    await leader.look();
    expect(authorities()).toHaveLength(2);
    await follower.look();
    for (const each of [leader, follower]) {
      expect(each.roles().signing.certificate).toBe(first);
      expect(each.roles().trusted).toHaveLength(2);
    }
    now += 2 * hour;
    await Promise.all([leader.look(), follower.look()]);
    expect(follower.roles().signing.certificate).not.toBe(first);
    expect(follower.roles().signing.certificate).toBe(leader.roles().signing.certificate);
    const shown = new X509Certificate(follower.serverTls().certificate);
    const signer = new X509Certificate(follower.roles().signing.certificate);
    expect(shown.checkIssued(signer) && shown.verify(signer.publicKey)).toBe(true);
    now += 48 * hour;
    await leader.look();
    await follower.look();
    expect(authorities()).toHaveLength(1);
    expect(follower.roles().trusted.map(({ certificate }) => certificate)).toEqual([
      leader.roles().signing.certificate,
    ]);
  });

  it('keeps for a restart only those that are still trusted', async () => {
    let now = Date.now();
    const clock = () => new Date(now);
    const { secret } = sharedSecret();
    const cached: (readonly Authority[])[] = [];
    const cache = { read: async () => undefined, write: async (kept: readonly Authority[]) => void cached.push(kept) };
    const follower = await keep({ secret, now: clock, cache });
    const leader = await keep({ secret, now: clock, isLeader: () => true });
    now += 6 * year;
    await leader.look();
    await follower.look();
    expect(cached.at(-1)).toHaveLength(2);
    now += 48 * hour;
    // The leader has not taken the old one away yet.
    await follower.look();
    expect(cached.at(-1)).toEqual(follower.roles().trusted);
    expect(cached.at(-1)).toHaveLength(1);
  });

  it('says once that the Secret cannot be read, and again after it could', async () => {
    const said: string[] = [];
    const { secret, setAway } = sharedSecret();
    const destination = { write: (line: string) => void said.push(line) };
    const keeper = await keep({ secret, log: createLogger({ name: 'test', level: 'warn', destination }) });
    const lookWhile = async (isAway: boolean): Promise<number> => {
      setAway(isAway);
      await keeper.look();
      return said.length;
    };
    expect([await lookWhile(true), await lookWhile(true)]).toEqual([1, 1]);
    expect([await lookWhile(false), await lookWhile(true)]).toEqual([1, 2]);
  });

  it('looks once for all who ask at the same time', async () => {
    const { secret } = sharedSecret();
    let reads = 0;
    const counting: AuthoritySecret = {
      ...secret,
      read: () => {
        reads++;
        return secret.read();
      },
    };
    const keeper = await keep({ secret: counting });
    reads = 0;
    await Promise.all([keeper.look(), keeper.look()]);
    expect(reads).toBe(1);
    await keeper.look();
    expect(reads).toBe(2);
  });
});
