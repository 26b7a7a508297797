import { ApiKeySchema, type ApiKey as Message } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { compileNames } from '../glob.ts';
import type { Key } from '../program.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

export const keySchema = ApiKeySchema;

const sha256Length = 32;

export function compileKey(message: Message): Compiled<Key> {
  const { name, sha256, allowModels, denyModels } = message;
  if (name === '') return refused('name is missing');
  if (sha256.length !== sha256Length) return refused(`sha256 has ${sha256.length} bytes instead of ${sha256Length}`);
  const credentials = new Map<string, string>();
  for (const { provider, header, value } of message.credentials) {
    const text = Buffer.from(value).toString('latin1');
    const fault = text === '' ? `the credential for provider ${provider} is empty` : headerFault(header, text);
    if (fault !== undefined) return refused(fault);
    credentials.set(provider, text);
  }
  return ok({
    name,
    sha256: Buffer.from(sha256).toString('hex'),
    user: message.user,
    team: message.team,
    project: message.project,
    labels: new Map(message.labels.map((label) => [label.name, label.value])),
    expiresAtMs: message.expiresAtMs === 0n ? Number.POSITIVE_INFINITY : Number(message.expiresAtMs),
    isEnabled: message.isEnabled,
    allow: allowModels.length === 0 ? undefined : compileNames(allowModels),
    deny: denyModels.length === 0 ? undefined : compileNames(denyModels),
    credentials: credentials.size === 0 ? undefined : credentials,
  });
}
