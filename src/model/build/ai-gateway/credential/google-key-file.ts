import { createPrivateKey, type KeyObject } from 'node:crypto';
import { err, ok, type Result } from '../../../../lib/result.ts';
import type { GoogleServiceAccount } from '../../token-grant.ts';

/** Other files that Google Cloud hands out. */
const otherTypes = ['authorized_user', 'external_account', 'impersonated_service_account', 'gdch_service_account'];

/** The account of a key file, or why there is none, without its content. */
export function readServiceAccount(file: string): Result<GoogleServiceAccount> {
  const fields = fieldsOf(file);
  if (fields === undefined) return err('is not a JSON object');
  const { type, client_email: clientEmail, private_key: privateKey, private_key_id: privateKeyId } = fields;
  const { token_uri: tokenUri = 'https://oauth2.googleapis.com/token' } = fields;
  if (type !== 'service_account') {
    const other = otherTypes.find((name) => name === type);
    return err(
      other === undefined ? 'is not one of a service account' : `is one of the type ${other}, which is not served`,
    );
  }
  if (typeof clientEmail !== 'string' || clientEmail === '') return err('has no client_email');
  if (typeof privateKey !== 'string' || rsaKey(privateKey) === undefined) return err('has no RSA key as private_key');
  if (typeof tokenUri !== 'string' || !isGoogle(tokenUri)) return err('names a token_uri that is not one of Google');
  return ok({
    kind: 'googleServiceAccount',
    tokenUri,
    clientEmail,
    privateKey,
    ...(typeof privateKeyId === 'string' && { privateKeyId }),
  });
}

function fieldsOf(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(file);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function rsaKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever may write a Secret could otherwise send the controller to any address of the network it stands in. */
function isGoogle(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.protocol !== 'https:' || url.port !== '' || url.username !== '') return false;
  return url.hostname === 'accounts.google.com' || url.hostname.endsWith('.googleapis.com');
}
