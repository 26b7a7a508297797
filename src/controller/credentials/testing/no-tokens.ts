import type { Credentials } from '../credentials.ts';

const nobody = {
  ask: () => ({ trouble: 'nobody gives out tokens here' }),
  complete: async () => false,
  close: () => undefined,
};

/** For those whose policy wants no tokens. */
export const noTokens: Credentials = { tokens: nobody, awsKeys: nobody };
