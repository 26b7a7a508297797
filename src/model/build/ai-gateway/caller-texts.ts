import type { SecurityDocument } from '../documents.ts';

type Spec = SecurityDocument['spec'];

/** Where keys of callers stand. */
export function keysText({ credentialRefs }: NonNullable<Spec['apiKeyAuth']>): string {
  return credentialRefs.map(({ name }) => `Secret/${name}`).join(', ');
}

/** Whose tokens count. */
export function tokensText({ providers }: NonNullable<Spec['jwt']>): string {
  return `of ${providers.map(({ name }) => name).join(', ')}`;
}
