import { redactText } from '../../lib/redact.ts';

/**
 * What an endpoint says of a failure, for a status: short, the same each time, and with nothing of `secrets`, even if
 * the other side repeats them.
 */
export function complaint(endpoint: string, status: number, words: readonly unknown[], secrets: readonly string[]) {
  const said = words.filter((part): part is string => typeof part === 'string' && part !== '');
  const [line = ''] = said.join(': ').split(/[\r\n]/);
  // Entra goes on with ids and the time, which are others in each answer: the status would never come to rest.
  const constant = line.replace(/\s*(?:Trace ID|Correlation ID|Timestamp): .*$/, '');
  const shown = secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, '[masked]'), constant);
  const readable = redactText(shown)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300);
  return `${endpoint} answers ${status}${readable === '' ? '' : `: ${readable}`}`;
}
