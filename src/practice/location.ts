import type { IncomingHttpHeaders } from 'node:http';
import { type Dialect, dialectOfPath, withoutQuery } from '../llm/api.ts';

/** Which of the accounts that one server plays is meant, and what is asked of it. */
export interface Location {
  readonly account: string | undefined;
  /** From `/v1` on, without the query. */
  readonly path: string;
}

export function locate(target: string): Location | undefined {
  const path = withoutQuery(target);
  if (path.startsWith('/v1/')) return { account: undefined, path };
  const found = /^\/([A-Za-z0-9._-]+)(\/v1\/.+)$/.exec(path);
  const [, account, rest] = found ?? [];
  return account === undefined || rest === undefined ? undefined : { account, path: rest };
}

/** The list of models is served in both: there the header that Anthropic requires tells them apart. */
export function dialectOf(path: string, headers: IncomingHttpHeaders): Dialect {
  if (path.startsWith('/v1/models')) return headers['anthropic-version'] === undefined ? 'openai' : 'anthropic';
  return dialectOfPath(path);
}
