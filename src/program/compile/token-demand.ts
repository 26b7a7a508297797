import { tokenFields } from '../../contract.ts';
import type { TokenDemand as Message } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { TokenDemand } from '../program.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

export function compileTokens(message: Message | undefined): Compiled<TokenDemand | undefined> {
  if (message === undefined) return ok(undefined);
  const { filter, issuers, isOptional } = message;
  if (filter === '' || issuers.length === 0) return refused('tokens are asked for, and nobody verifies them');
  for (const { claims } of issuers) {
    for (const { header } of claims) {
      const fault = headerFault(header);
      if (fault !== undefined) return refused(fault);
    }
  }
  return ok({
    issuers: issuers.map(({ claims }, index) => ({
      ...tokenFields(filter, index),
      headers: claims.map(({ claim, header }) => ({ path: claim.split('.'), header })),
    })),
    isOptional,
  });
}
