import { err, ok, type Result } from '../../lib/result.ts';
import type { GoogleFederation } from '../../model/build/token-grant.ts';
import { complaint } from './complaint.ts';
import type { AskEndpoint } from './endpoint.ts';
import { cloudPlatform } from './google-scope.ts';
import { fieldsOf, jsonFields } from './json-fields.ts';
import { oidcToken } from './oidc-token.ts';
import type { Token, TokenSource } from './token.ts';
import { isToken, readAccessToken, readTokenAnswer } from './token-answer.ts';

const stsHost = 'sts.googleapis.com';
const accountsHost = 'iamcredentials.googleapis.com';

/** Exchanges a token of the issuer for one of Google (RFC 8693), and that for one of an account, if there is one. */
export function googleFederation(
  { audience, serviceAccount, client }: GoogleFederation,
  ask: AskEndpoint,
  now: () => number = Date.now,
): TokenSource {
  return async (signal) => {
    const subject = await oidcToken(client, ask, signal);
    if (!subject.ok) return subject;
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: subject.value,
      audience,
      scope: cloudPlatform,
    });
    const answer = await ask({ url: `https://${stsHost}/v1/token`, form }, signal);
    if (!answer.ok) return err(`${stsHost}: ${answer.error}`);
    if (serviceAccount === undefined) return readTokenAnswer(stsHost, answer.value, [subject.value]);
    const token = readAccessToken(stsHost, answer.value, [subject.value]);
    return token.ok ? tokenOfAccount(serviceAccount, token.value, ask, signal, now) : token;
  };
}

async function tokenOfAccount(
  account: string,
  token: string,
  ask: AskEndpoint,
  signal: AbortSignal,
  now: () => number,
): Promise<Result<Token>> {
  const url = `https://${accountsHost}/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateAccessToken`;
  const json = JSON.stringify({ scope: [cloudPlatform] });
  const answer = await ask({ url, json, authorization: `Bearer ${token}` }, signal);
  if (!answer.ok) return err(`${accountsHost}: ${answer.error}`);
  const { accessToken, expireTime, error } = jsonFields(answer.value.text);
  if (answer.value.status !== 200) {
    const { status, message } = fieldsOf(error);
    return err(complaint(accountsHost, answer.value.status, [status, message], [token]));
  }
  if (!isToken(accessToken)) return err(`${accountsHost} answers without a token`);
  const lifeMs = Date.parse(String(expireTime)) - now();
  if (!(lifeMs > 0)) return err(`${accountsHost} gives out a token that has ended by the clock of this machine`);
  return ok({ value: accessToken, lifeMs });
}
