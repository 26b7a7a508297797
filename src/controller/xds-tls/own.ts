import { X509Certificate } from 'node:crypto';
import type { Logger } from '../../lib/log.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { joinCertificates, validityOf } from '../../pki/certificates.ts';
import { issueLeaf, leafLifeMs } from '../../pki/leaf.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import { isRenewalDue } from '../../pki/validity.ts';
import type { XdsServerTls } from '../../xds/server/server.ts';
import type { AuthoritySecret } from './authority-secret.ts';
import type { XdsTlsSource } from './source.ts';

export interface OwnTlsOptions {
  /** Closed with what is opened here. */
  readonly secret: AuthoritySecret;
  /** Names under which clients reach this port. */
  readonly dnsNames: readonly string[];
  onChange(tls: XdsServerTls): void;
  readonly log: Logger;
  readonly validMs?: number;
  /** Renewals come due without anybody saying so. Default: a minute. */
  readonly lookMs?: number;
  now?(): Date;
}

/**
 * Certificates of our own authority for the xDS port. Every replica issues its own, and nobody stores them. Resolves
 * with the first one, which takes as long as it takes until the authority is there.
 */
export async function openOwnTls(options: OwnTlsOptions): Promise<XdsTlsSource> {
  const { secret, log, validMs = leafLifeMs } = options;
  const now = options.now ?? (() => new Date());
  const first = Promise.withResolvers<XdsServerTls>();
  let current: XdsServerTls | undefined;
  let isBusy = false;
  let isAgain = false;

  async function renew(): Promise<void> {
    const roles = secret.roles();
    if (roles === undefined || (current !== undefined && isGood(current, roles, now()))) return;
    const issued = await serverTls(roles, options.dnsNames, now(), validMs);
    if (!issued.ok) {
      log.error({ reason: issued.error }, 'no certificate for the xDS port');
      return;
    }
    const isFirst = current === undefined;
    current = issued.value;
    if (isFirst) first.resolve(current);
    else options.onChange(current);
  }

  function look(): void {
    isAgain = isBusy;
    if (isBusy) return;
    isBusy = true;
    void renew()
      .catch((error: unknown) => log.error({ error: error instanceof Error ? error : undefined }, 'no certificate'))
      .finally(() => {
        isBusy = false;
        if (isAgain) look();
      });
  }

  const timer = setInterval(() => {
    secret.look();
    look();
  }, options.lookMs ?? 60_000).unref();
  const stopWatching = secret.onChange(look);
  look();
  const started = await first.promise;
  return {
    current: () => current ?? started,
    authorities: secret.roles,
    look() {
      secret.look();
      look();
    },
    close() {
      stopWatching();
      clearInterval(timer);
      secret.close();
    },
  };
}

export async function serverTls(
  roles: AuthorityRoles,
  dnsNames: readonly string[],
  now: Date,
  validMs: number,
): Promise<Result<XdsServerTls>> {
  const commonName = dnsNames[0] ?? 'controller';
  const leaf = await issueLeaf(roles.signing, { commonName, dnsNames, use: 'server', now, validMs });
  return leaf.ok ? ok({ ...leaf.value, clientCa: trustedBy(roles) }) : err(leaf.error);
}

function isGood({ certificate, clientCa }: XdsServerTls, roles: AuthorityRoles, now: Date): boolean {
  const leaf = new X509Certificate(certificate);
  const isSigned = leaf.verify(new X509Certificate(roles.signing.certificate).publicKey);
  return isSigned && clientCa === trustedBy(roles) && !isRenewalDue(validityOf(leaf), now);
}

function trustedBy({ trusted }: AuthorityRoles): string {
  return joinCertificates(trusted.map(({ certificate }) => certificate));
}
