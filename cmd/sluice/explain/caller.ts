import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { Key, Program } from '../../../src/program/program.ts';
import { type Refusal, refusal } from './refusal.ts';

/** The key that a request counts for. `name`: of the ApiKey whose secret it shows; absent: it shows none. */
export function callerOf(program: Program, name: string | undefined, now: number): Result<Key, Refusal> {
  const keys = [...program.keys.values()];
  if (name === undefined) {
    const key = program.keys.get(program.settings.anonymousKey);
    return key === undefined ? err(refusal('missing_key', 'nobody is let in without a key')) : usable(key, now);
  }
  const key = keys.find((each) => each.name === name);
  if (key !== undefined) return usable(key, now);
  const names = keys.map((each) => each.name);
  const near = names.find((each) => isEntry(each, name)) ?? suggest(name, names);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return err(refusal('invalid_key', `there is no usable ApiKey "${name}" in the policy`, hint));
}

function usable(key: Key, now: number): Result<Key, Refusal> {
  if (!key.isEnabled) return err(refusal('key_disabled', 'the key is disabled'));
  if (key.expiresAtMs > now) return ok(key);
  return err(refusal('key_expired', `the key expired at ${new Date(key.expiresAtMs).toISOString()}`));
}

/** Keys that stand in Secrets are called by them: `Secret/clients/alice`. */
function isEntry(name: string, entry: string): boolean {
  return name.endsWith(`/${entry}`);
}
