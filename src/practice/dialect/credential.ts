import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect } from '../../llm/api.ts';
import type { Refusal } from './refusal.ts';

/** Each dialect looks into its own header only: a credential in the other one is as good as none. */
function credentialOf(headers: IncomingHttpHeaders, dialect: Dialect): string | undefined {
  if (dialect === 'anthropic') {
    const key = headers['x-api-key'];
    return typeof key === 'string' ? key : undefined;
  }
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

export function refuseCredential(
  headers: IncomingHttpHeaders,
  dialect: Dialect,
  expected: readonly string[] | undefined,
): Refusal | undefined {
  if (expected === undefined) return undefined;
  const credential = credentialOf(headers, dialect);
  if (credential !== undefined && expected.includes(credential)) return undefined;
  if (dialect === 'anthropic') {
    return { status: 401, message: credential === undefined ? 'x-api-key header is required' : 'invalid x-api-key' };
  }
  return credential === undefined
    ? { status: 401, message: "You didn't provide an API key. Send it as 'Authorization: Bearer KEY'." }
    : { status: 401, message: 'Incorrect API key provided.', code: 'invalid_api_key' };
}
