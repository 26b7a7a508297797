import type { Result } from '../../lib/result.ts';
import type { AskEndpoint } from './endpoint.ts';
import type { Token } from './token.ts';
import { readTokenAnswer } from './token-answer.ts';

const host = 'login.microsoftonline.com';
const scope = 'https://cognitiveservices.azure.com/.default';

export interface EntraApplication {
  readonly tenant: string;
  readonly clientId: string;
}

/** What shows that it is the application who asks, and what of it nobody is to read in an error. */
export interface EntraProof {
  readonly fields: Readonly<Record<string, string>>;
  readonly secret: string;
}

/** Asks for a token of the Azure services of models (RFC 6749 section 4.4.2). */
export async function askEntra(
  { tenant, clientId }: EntraApplication,
  { fields, secret }: EntraProof,
  ask: AskEndpoint,
  signal: AbortSignal,
): Promise<Result<Token>> {
  const url = `https://${host}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, ...fields, scope });
  const answer = await ask({ url, form }, signal);
  if (!answer.ok) return { ok: false, error: `${host}: ${answer.error}` };
  return readTokenAnswer(host, answer.value, [secret]);
}
