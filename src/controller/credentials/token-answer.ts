import { err, ok, type Result } from '../../lib/result.ts';
import { complaint } from './complaint.ts';
import type { EndpointAnswer } from './endpoint.ts';
import { jsonFields } from './json-fields.ts';
import type { Token } from './token.ts';

/** Reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). The error holds nothing of `secrets`. */
export function readTokenAnswer(endpoint: string, answer: EndpointAnswer, secrets: readonly string[]): Result<Token> {
  const token = readAccessToken(endpoint, answer, secrets);
  if (!token.ok) return token;
  const life = Number(jsonFields(answer.text).expires_in);
  if (!(life > 0)) return err(`${endpoint} does not say how long its token is good`);
  return ok({ value: token.value, lifeMs: life * 1_000 });
}

/** The same for those to whom its life is nothing: endpoints need not say it. */
export function readAccessToken(
  endpoint: string,
  { status, text }: EndpointAnswer,
  secrets: readonly string[],
): Result<string> {
  const { access_token: token, token_type: type, error, error_description: description } = jsonFields(text);
  if (status !== 200) return err(complaint(endpoint, status, [error, description], secrets));
  if (!isToken(token)) return err(`${endpoint} answers without a token`);
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return err(`${endpoint} gives out tokens of a kind that is not known here`);
  }
  return ok(token);
}

/** Something that can stand in a header or a form. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,32768}$/.test(value);
}
