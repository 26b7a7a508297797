import { redactText } from '../../lib/redact.ts';

/**
 * What an endpoint says of a failure, for a status: short, the same each time, and with nothing of `secrets`, even if
 * the other side repeats them, as they are or as a form or an address has them.
 */
export function complaint(endpoint: string, status: number, words: readonly unknown[], secrets: readonly string[]) {
  const said = words.filter((part): part is string => typeof part === 'string' && part !== '');
  const [line = ''] = said.join(': ').split(/[\r\n]/);
  // Entra goes on with ids and the time, which are others in each answer: the status would never come to rest.
  const constant = line.replace(/\s*(?:Trace ID|Correlation ID|Timestamp): .*$/, '');
  const hidden = secrets.filter(Boolean).flatMap((secret) => [secret, encodeURIComponent(secret), inForm(secret)]);
  const shown = hidden.reduce((rest, secret) => rest.replaceAll(secret, '[masked]'), constant);
  const readable = redactText(shown)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300);
  return `${endpoint} answers ${status}${readable === '' ? '' : `: ${readable}`}`;
}

/** Not only is a space another sign there: `~` and `!` are encoded as well. */
function inForm(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1);
}
