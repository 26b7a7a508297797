import { err, ok, type Result } from '../../lib/result.ts';
import { complaint } from './complaint.ts';
import type { EndpointAnswer } from './endpoint.ts';
import { jsonFields } from './json-fields.ts';
import type { Token } from './token.ts';

/** Reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). The error holds nothing of `secrets`. */
export function readTokenAnswer(endpoint: string, answer: EndpointAnswer, secrets: readonly string[]): Result<Token> {
  const { status, text } = answer;
  const { access_token: value, token_type: type, expires_in: seconds, ...rest } = jsonFields(text);
  if (status !== 200) return err(complaint(endpoint, status, [rest.error, rest.error_description], secrets));
  if (!isToken(value)) return err(`${endpoint} answers without a token`);
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return err(`${endpoint} gives out tokens of a kind that is not known here`);
  }
  const life = Number(seconds);
  if (!(life > 0)) return err(`${endpoint} does not say how long its token is good`);
  return ok({ value, lifeMs: life * 1_000 });
}

/** Something that can stand in a header or a form. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,32768}$/.test(value);
}
