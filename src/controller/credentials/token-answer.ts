import { redactText } from '../../lib/redact.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { FormAnswer } from './post-form.ts';
import type { Token } from './token.ts';

/**
 * Reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2). What goes into a status is short, the same each
 * time, and holds nothing of `secrets`, even if the other side repeats them.
 */
export function readTokenAnswer(
  endpoint: string,
  { status, text }: FormAnswer,
  secrets: readonly string[],
): Result<Token> {
  const fields = fieldsOf(text);
  if (status !== 200) return err(`${endpoint} answers ${status}${complaintOf(fields, secrets)}`);
  const { access_token: value, token_type: type, expires_in: seconds } = fields;
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,32768}$/.test(value))
    return err(`${endpoint} answers without a token`);
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return err(`${endpoint} gives out tokens of a kind that is not known here`);
  }
  const life = Number(seconds);
  if (!(life > 0)) return err(`${endpoint} does not say how long its token is good`);
  return ok({ value, lifeMs: life * 1_000 });
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function complaintOf(
  { error, error_description: description }: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
) {
  const words = [error, description].filter((part): part is string => typeof part === 'string' && part !== '');
  if (words.length === 0) return '';
  const [line = ''] = words.join(': ').split(/[\r\n]/);
  // Entra goes on with ids and the time, which are others in each answer: the status would never come to rest.
  const constant = line.replace(/\s*(?:Trace ID|Correlation ID|Timestamp): .*$/, '');
  const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[masked]'), constant);
  return `: ${redactText(shown)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300)}`;
}
