import { X509Certificate } from 'node:crypto';
import { err, ok, type Result } from '../../lib/result.ts';
import { joinCertificates } from '../../pki/certificates.ts';
import { identityUri } from '../../pki/identity.ts';
import { issueLeaf } from '../../pki/leaf.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import { readTlsSecret, type TlsSecret } from '../../pki/tls-secret.ts';
import { isRenewalDue, type Validity } from '../../pki/validity.ts';
import { objectName, type ProvisionedGateway } from './gateway.ts';
import { certificateSecretName } from './render/pod-template.ts';
import { type RenderInput, type WantedObject, wanted } from './render/render.ts';

export type SecretTexts = { readonly [key: string]: string };

export interface CertificateInput {
  readonly gateway: ProvisionedGateway;
  /** What the Secret holds now. */
  readonly existing: SecretTexts | undefined;
  readonly authorities: AuthorityRoles;
  readonly now: Date;
  readonly validMs?: number;
}

/** What the Secret with a gateway's certificate is to hold; the same texts as before while they will do. */
export async function gatewayCertificate(input: CertificateInput): Promise<Result<SecretTexts>> {
  const { gateway, existing, authorities, now, validMs } = input;
  const trusted = joinCertificates(authorities.trusted.map(({ certificate }) => certificate));
  const circumstances = [identityUri(gateway), authorities.signing.certificate, trusted];
  if (existing !== undefined && isKnownAsGood(existing, circumstances, now)) return ok(existing);
  const held = readTlsSecret(existing ?? {}, now);
  const { certificate, privateKey } = held.ok ? held.value : { certificate: '', privateKey: '' };
  if (held.ok && isGood(held.value, input)) {
    if (existing !== undefined && held.value.authorities === trusted) {
      knownAsGood.set(existing, { circumstances, validity: held.value.validity });
      return ok(existing);
    }
    return ok({ 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': trusted });
  }
  const leaf = await issueLeaf(authorities.signing, {
    commonName: objectName(gateway),
    uri: identityUri(gateway),
    use: 'client',
    now,
    ...(validMs !== undefined && { validMs }),
  });
  if (!leaf.ok) return err(leaf.error);
  return ok({ 'tls.crt': leaf.value.certificate, 'tls.key': leaf.value.privateKey, 'ca.crt': trusted });
}

/**
 * What was verified is verified: everything is looked at again at every change of the policy, and what is written in the
 * same texts, for the same Gateway and authorities, can have become wrong only by the time.
 */
const knownAsGood = new WeakMap<SecretTexts, { circumstances: readonly string[]; validity: Validity }>();

function isKnownAsGood(texts: SecretTexts, circumstances: readonly string[], now: Date): boolean {
  const known = knownAsGood.get(texts);
  if (known === undefined || isRenewalDue(known.validity, now)) return false;
  return known.circumstances.every((each, index) => each === circumstances[index]);
}

/** One that an authority has signed which signs no more is replaced at once, so that the old one can go in its time. */
function isGood(held: TlsSecret, { gateway, authorities, now }: CertificateInput): boolean {
  const signer = new X509Certificate(authorities.signing.certificate);
  return (
    !isRenewalDue(held.validity, now) &&
    held.leaf.subjectAltName === `URI:${identityUri(gateway)}` &&
    held.leaf.checkIssued(signer) &&
    held.leaf.verify(signer.publicKey)
  );
}

export function certificateSecret(
  { gateway, settings }: Pick<RenderInput, 'gateway' | 'settings'>,
  texts: SecretTexts,
): WantedObject {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  return wanted(
    'Secret',
    { gateway, settings },
    { type: 'kubernetes.io/tls', data },
    {},
    certificateSecretName(gateway),
  );
}
