import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A call as the API server has counted it. */
export interface AuditedCall {
  /** What RBAC asks for. Applying what is not there yet needs `create` as well as `patch`: then there are both. */
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `gateways/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
}

export interface Audit {
  /** Flags of the API server. */
  readonly flags: readonly string[];
  /** All calls until now. */
  calls(): Promise<readonly AuditedCall[]>;
}

/** Everything that one user asks the API server, by the API server's own account of it. */
export async function auditOf(user: string, folder: string): Promise<Audit> {
  const policyFile = join(folder, 'audit-policy.json');
  const logFile = join(folder, 'audit.log');
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    // A watch is told when it begins, not only when it ends.
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
  };
  await writeFile(policyFile, JSON.stringify(policy));
  return {
    flags: [`--audit-policy-file=${policyFile}`, `--audit-log-path=${logFile}`],
    async calls() {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
      return lines.filter((line) => line !== '').flatMap((line) => callsOf(JSON.parse(line) as AuditEvent));
    },
  };
}

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

function callsOf({ verb, objectRef, responseStatus }: AuditEvent): readonly AuditedCall[] {
  // What is no resource, such as /version, needs no permission of ours.
  if (objectRef?.resource === undefined) return [];
  const { apiGroup: group = '', resource, subresource, namespace = '', name = '' } = objectRef;
  const code = responseStatus?.code ?? 0;
  const call = {
    verb,
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name,
    code,
  };
  return verb === 'patch' && code === 201 ? [call, { ...call, verb: 'create' }] : [call];
}
