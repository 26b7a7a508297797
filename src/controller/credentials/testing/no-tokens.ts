import type { Tokens } from '../tokens.ts';

/** For those whose policy wants no tokens. */
export const noTokens: Tokens = {
  ask: () => ({ trouble: 'nobody gives out tokens here' }),
  complete: async () => false,
  close: () => undefined,
};
