import type { Logger } from '../lib/log.ts';
import type { Problem } from '../policy/problem.ts';

/** Of one change: a file that cannot be read at all should not fill a screen with what misses it. */
const mostAtOnce = 20;

/** Writes down what a change has made wrong, once: whoever saves a document looks at the log, not at the status. */
export function createProblemLog(log: Logger): (problems: readonly Problem[]) => void {
  let known = new Set<string>();
  return (problems) => {
    const fresh = problems.filter((problem) => !known.has(identityOf(problem)));
    for (const problem of fresh.slice(0, mostAtOnce)) tell(log, problem);
    const untold = fresh.length - mostAtOnce;
    if (untold > 0) log.error({ count: untold }, 'the policy has further problems, which the status lists');
    if (problems.length === 0 && known.size > 0) log.info('the policy has no problem any more');
    known = new Set(problems.map(identityOf));
  };
}

function tell(log: Logger, { severity, document, source, path, message, remedy }: Problem): void {
  const fields = { document, source, ...(path !== '' && { path }), problem: message, remedy };
  if (severity === 'error') log.error(fields, 'the policy has a problem');
  else log.warn(fields, 'the policy has a doubtful place');
}

/** Without the line, which moves when something else is written above it. */
function identityOf({ severity, document, path, message }: Problem): string {
  return JSON.stringify([severity, document, path, message]);
}
