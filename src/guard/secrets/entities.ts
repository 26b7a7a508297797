import type { EntityInfo } from '../entity.ts';
import type { SecretKind } from './kind.ts';
import { chatKinds } from './kinds/chat.ts';
import { cloudKinds } from './kinds/cloud.ts';
import { commandKinds } from './kinds/commands.ts';
import { databaseKinds } from './kinds/databases.ts';
import { forgeKinds } from './kinds/forges.ts';
import { genericKinds } from './kinds/generic.ts';
import { keyKinds } from './kinds/keys.ts';
import { llmKinds } from './kinds/llm.ts';
import { mailKinds } from './kinds/mail.ts';
import { observabilityKinds } from './kinds/observability.ts';
import { paymentKinds } from './kinds/payment.ts';
import { workKinds } from './kinds/work.ts';

export const secretKinds: readonly SecretKind[] = [
  ...cloudKinds,
  ...forgeKinds,
  ...llmKinds,
  ...chatKinds,
  ...paymentKinds,
  ...mailKinds,
  ...observabilityKinds,
  ...workKinds,
  ...databaseKinds,
  ...keyKinds,
  ...commandKinds,
  ...genericKinds,
];

const checkTexts: Readonly<Record<NonNullable<SecretKind['check']>, string>> = {
  'assigned-key': 'no words, no name of something public',
  'assigned-password': 'no words, no placeholder',
  'basic-credentials': 'decodes to user and password',
  'given-password': 'no variable, no placeholder',
  'github-checksum': 'CRC-32',
  mixed: 'no words',
  'jwt-header': 'header decodes to JSON with alg',
  'npm-checksum': 'CRC-32',
  'pem-body': 'base64 lines behind the marker',
  'sluice-checksum': 'CRC-32',
};

/** Every kind of secret, for `sluice guard entities` and for policy, without what recognises them. */
export const secretEntities: readonly EntityInfo[] = secretKinds.map((kind) => ({
  name: kind.name,
  family: 'secret',
  title: kind.title,
  isDefault: true,
  region: undefined,
  baseScore: kind.score,
  validation: validation(kind),
  contextWords: kind.contextWords,
}));

function validation(kind: SecretKind): string {
  const parts = [kind.check === undefined ? '' : checkTexts[kind.check], kind.entropy > 0 ? 'entropy' : ''];
  return parts.filter((part) => part !== '').join(', ');
}
