import type { Kind } from '../../src/policy/kinds.ts';

/** Rows that are called honoured and make no difference, each with the reason why that is true nevertheless. */
export const withoutDifference: { readonly [K in Kind]?: { readonly [row: string]: string } } = {
  EnvoyExtensionPolicy: { 'spec.lua[].valueRef.group': 'both values mean the core group' },
  SecurityPolicy: {
    'spec.jwt.providers[].localJWKS.valueRef.group': 'both values mean the core group',
    'spec.jwt.providers[].recomputeRoute': 'what it asks for is always done',
  },
};
