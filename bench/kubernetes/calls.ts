import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A call as the API server has counted it. */
export interface CountedCall {
  readonly verb: string;
  /** With its subresource: `gateways/status`. */
  readonly resource: string;
}

export interface CallCounter {
  /** Of the API server. */
  readonly flags: readonly string[];
  /** Everything that was asked since the last time. */
  next(): Promise<readonly CountedCall[]>;
}

/** What one user asks the API server, from its audit log. */
export async function countCalls(user: string, folder: string): Promise<CallCounter> {
  const policyFile = join(folder, 'audit-policy.json');
  const logFile = join(folder, 'audit.log');
  const rules = [{ level: 'Metadata', users: [user] }, { level: 'None' }];
  // A watch is told when it begins, not only when it ends.
  const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules };
  await writeFile(policyFile, JSON.stringify(policy));
  let counted = 0;
  return {
    flags: [`--audit-policy-file=${policyFile}`, `--audit-log-path=${logFile}`],
    async next() {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      const lines = text.split('\n').slice(0, -1);
      const fresh = lines.slice(counted);
      counted = lines.length;
      return fresh.flatMap((line) => callOf(JSON.parse(line)));
    },
  };
}

interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

function callOf({ verb, stage, objectRef }: AuditEvent): readonly CountedCall[] {
  // The end of a watch was begun and counted before.
  if (objectRef?.resource === undefined || (verb === 'watch' && stage === 'ResponseComplete')) return [];
  const { resource, subresource } = objectRef;
  return [{ verb, resource: subresource === undefined ? resource : `${resource}/${subresource}` }];
}
