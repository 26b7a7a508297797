import type { Problem } from '../problem.ts';

/** One line: `providers.yaml:4: Provider/openai: spec.network "pubic" is not … — write public`. */
export function problemText(problem: Problem): string {
  const { source, document, path, message, remedy } = problem;
  const where = [source, document].filter((part) => part !== '').join(': ');
  return `${where}: ${path === '' ? '' : `${path} `}${message} — ${remedy}`;
}
