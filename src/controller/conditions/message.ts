import { redactText } from '../../lib/redact.ts';
import type { Problem } from '../../policy/problem.ts';

/** Of one condition. The API server takes 32 KiB; etcd keeps every copy, and nobody reads more than this. */
const longest = 2_000;
const longestLine = 500;
const mostProblems = 5;

/** `spec.targets[0].provider "x" does not exist — name one of a, b; …` */
export function problemsMessage(problems: readonly Problem[]): string {
  const lines = problems.slice(0, mostProblems).map(line);
  const more = problems.length - lines.length;
  return bounded([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; '));
}

function line({ path, message, remedy }: Problem): string {
  return bounded(
    [path, message, remedy === '' ? '' : `— ${remedy}`].filter((part) => part !== '').join(' '),
    longestLine,
  );
}

/** What an Envoy or a processor said. It may quote what it was given. */
export function nackMessage(text: string): string {
  return bounded(`An egress pod refused what was made of it: ${redactText(text)}`, longestLine * 2);
}

export function bounded(text: string, limit = longest): string {
  const clean = text.replaceAll(/\s+/g, ' ').trim();
  if (clean.length <= limit) return clean;
  // Half of a pair of surrogates is no text that an API server would take.
  return `${clean.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** `a, b, c and 2 more` */
export function namesOf(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
