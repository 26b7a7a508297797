import type { Scope as Message } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { compileScope, type ScopeMatcher } from '../scope.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

const none: readonly string[] = [];

export function compileScopeMessage(message: Message | undefined): Compiled<ScopeMatcher> {
  const headers = (message?.headers ?? []).map(({ name, values }) => ({ name: name.toLowerCase(), values }));
  const labels = message?.labels ?? [];
  for (const { name, values } of [...headers, ...labels]) {
    // Without a value it would match everything, which is the opposite of what somebody wrote.
    if (values.length === 0) return refused(`scope has no value for "${name.slice(0, 60)}"`);
  }
  for (const { name } of headers) {
    const fault = headerFault(name);
    if (fault !== undefined) return refused(fault);
  }
  return ok(
    compileScope({
      keys: message?.keys ?? none,
      users: message?.users ?? none,
      teams: message?.teams ?? none,
      projects: message?.projects ?? none,
      models: message?.models ?? none,
      providers: message?.providers ?? none,
      apis: message?.apis ?? none,
      headers,
      labels,
      routes: message?.routes ?? none,
    }),
  );
}
