import { err, ok, type Result } from '../../lib/result.ts';
import type { AwsRole } from '../../model/build/token-grant.ts';
import type { AwsKeyPair } from '../../model/secret.ts';
import { complaint } from './complaint.ts';
import type { AskEndpoint, EndpointAnswer } from './endpoint.ts';
import { fieldsOf, jsonFields } from './json-fields.ts';
import { oidcToken } from './oidc-token.ts';
import type { Token, TokenSource } from './token.ts';
import { isToken } from './token-answer.ts';

/** Exchanges a token of the issuer for a key of the role (AssumeRoleWithWebIdentity of AWS STS). */
export function awsRole(
  { region, roleArn, sessionName, client }: AwsRole,
  ask: AskEndpoint,
  now: () => number = Date.now,
): TokenSource<AwsKeyPair> {
  const host = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return async (signal) => {
    const token = await oidcToken(client, ask, signal);
    if (!token.ok) return token;
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token.value,
    });
    const answer = await ask({ url: `https://${host}/`, form }, signal);
    return answer.ok ? readKey(host, answer.value, token.value, now()) : err(`${host}: ${answer.error}`);
  };
}

function readKey(
  host: string,
  { status, text }: EndpointAnswer,
  token: string,
  now: number,
): Result<Token<AwsKeyPair>> {
  const fields = jsonFields(text);
  if (status !== 200) {
    const { Code, Message } = fieldsOf(fields.Error);
    return err(complaint(host, status, [Code, Message], [token]));
  }
  const { AssumeRoleWithWebIdentityResult: result } = fieldsOf(fields.AssumeRoleWithWebIdentityResponse);
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: endsAt,
  } = fieldsOf(fieldsOf(result).Credentials);
  if (!isToken(accessKeyId) || !isToken(secretAccessKey) || !isToken(sessionToken)) {
    return err(`${host} answers without a key`);
  }
  // Seconds since 1970: its own clock is the only one that AWS speaks of.
  if (typeof endsAt !== 'number') return err(`${host} does not say how long its key is good`);
  const lifeMs = endsAt * 1_000 - now;
  if (!(lifeMs > 0)) return err(`${host} gives out a key that has ended by the clock of this machine`);
  return ok({ value: { accessKeyId, secretAccessKey, sessionToken }, lifeMs });
}
