import { X509Certificate } from 'node:crypto';
import type { Logger } from '../../lib/log.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type Authority, createAuthority } from '../../pki/authority.ts';
import { joinCertificates, validityOf } from '../../pki/certificates.ts';
import { issueLeaf, type Leaf, leafLifeMs } from '../../pki/leaf.ts';
import { type AuthorityRoles, type RotationRules, rolesOf } from '../../pki/rotation.ts';
import { isRenewalDue } from '../../pki/validity.ts';
import type { XdsServerTls } from '../../xds/server/server.ts';
import type { AuthorityCache } from './cache-file.ts';
import type { AuthoritySecret } from './secret.ts';

export interface AuthorityKeeperOptions {
  readonly secret: AuthoritySecret;
  /** Stands in for the Secret at a start while the API server is away. */
  readonly cache?: AuthorityCache;
  /** Names by which pods reach this server. */
  readonly serverNames: readonly string[];
  /** Only one replica makes successors; the first authority is made by whoever is first. */
  isLeader(): boolean;
  /** Another authority signs or is trusted now, or the server has another certificate. */
  onChange(): void;
  readonly log: Logger;
  readonly now?: () => Date;
  /** How often the Secret is looked at, which somebody may have mended or replaced. Default: ten seconds. */
  readonly lookMs?: number;
  readonly rules?: RotationRules;
}

/** The certificate authority of the control plane, as this replica knows it. */
export interface AuthorityKeeper {
  roles(): AuthorityRoles;
  /** What the xDS server shows, and whom it trusts. */
  serverTls(): XdsServerTls;
  /** Looks at the Secret now. */
  look(): Promise<void>;
  close(): void;
}

/** Pods hear of a new authority when the kubelet has renewed their mounts, which takes a minute or two. */
const standardRules: RotationRules = { spreadMs: 3_600_000, leafLifeMs };

/** Resolves when there is an authority; fails where none can be read or made. */
export async function keepAuthority(options: AuthorityKeeperOptions): Promise<Result<AuthorityKeeper>> {
  const { secret, log, rules = standardRules, now = () => new Date() } = options;
  let roles: AuthorityRoles | undefined;
  let server: { readonly leaf: Leaf; readonly authority: Authority } | undefined;
  let isClosed = false;
  let running: Promise<void> | undefined;
  /** As it has been told. */
  let trouble: string | undefined;

  /** One look: reads, makes what is missing, takes over what is there. */
  async function attempt(): Promise<Result<void>> {
    const stored = await secret.read();
    if (!stored.ok) {
      // Whoever connects is shown a certificate, which has to be renewed all the same.
      if (roles !== undefined) await take(roles.trusted);
      return stored;
    }
    const present = stored.value?.authorities ?? [];
    const found = rolesOf(present, rules, now());
    const changed = await successors(present, found);
    if (changed !== undefined) {
      const written = await secret.write(changed, stored.value);
      if (!written.ok) return written;
      return written.value === 'taken' ? attempt() : take(changed);
    }
    return take(present);
  }

  /** The authorities that should be there instead of the present ones; nothing if these are right. */
  async function successors(
    present: readonly Authority[],
    found: AuthorityRoles | undefined,
  ): Promise<readonly Authority[] | undefined> {
    if (found === undefined) return [await newAuthority()];
    if (!options.isLeader()) return undefined;
    if (found.isSuccessorDue) return [...found.trusted, await newAuthority()];
    return found.retired.length > 0 && present.length > 0 ? found.trusted : undefined;
  }

  function newAuthority(): Promise<Authority> {
    log.info('making a certificate authority for the xDS port');
    return createAuthority({ name: 'Sluice control plane', now: now() });
  }

  async function take(authorities: readonly Authority[]): Promise<Result<void>> {
    const next = rolesOf(authorities, rules, now());
    if (next === undefined) return err('The authorities of the control plane have all expired.');
    const isDifferent = roles === undefined || summary(roles) !== summary(next);
    const isLeafDue =
      server?.authority.certificate !== next.signing.certificate ||
      isRenewalDue(validityOf(new X509Certificate(server.leaf.certificate)), now());
    if (isLeafDue) {
      const leaf = await issueLeaf(next.signing, {
        commonName: 'controller',
        dnsNames: options.serverNames,
        use: 'server',
        now: now(),
        validMs: rules.leafLifeMs,
      });
      if (!leaf.ok) return leaf;
      server = { leaf: leaf.value, authority: next.signing };
    }
    const isFirst = roles === undefined;
    roles = next;
    if (isDifferent) {
      await options.cache
        ?.write(next.trusted)
        .catch((error: Error) => log.warn({ error }, 'the certificate authority cannot be kept for a restart'));
    }
    if (!isFirst && !isClosed && (isDifferent || isLeafDue)) options.onChange();
    return ok(undefined);
  }

  function look(): Promise<void> {
    running ??= attempt()
      .then((looked) => {
        const reason = looked.ok ? undefined : looked.error;
        // What is known stays in use: certificates are renewed at half of their life, so there is time.
        if (reason !== undefined && reason !== trouble)
          log.warn({ reason }, 'the certificate authority cannot be looked at');
        trouble = reason;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  const first = await attempt();
  if (!first.ok) {
    const cached = await options.cache?.read();
    if (cached === undefined) return first;
    const taken = await take(cached);
    if (!taken.ok) return taken;
    log.warn({ reason: first.error }, 'the certificate authority is the one of before the restart');
  }
  const timer = setInterval(() => void look(), options.lookMs ?? 10_000);
  timer.unref();
  return ok({
    roles: () => assertKnown(roles),
    serverTls() {
      const { trusted } = assertKnown(roles);
      const { leaf } = assertKnown(server);
      return { ...leaf, clientCa: joinCertificates(trusted.map(({ certificate }) => certificate)) };
    },
    look,
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  });
}

function summary({ signing, trusted }: AuthorityRoles): string {
  return [signing, ...trusted].map(({ certificate }) => certificate).join();
}

/** The first look has seen to it. */
function assertKnown<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is no certificate authority yet.');
  return value;
}
