import { describe, expect, it } from 'vitest';
import { err } from '../../lib/result.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import { createContext } from './context.ts';
import type { Surroundings } from './surroundings.ts';

const document = { kind: 'Provider', id: 'Provider/openai', namespace: 'default', source: '' } as PolicyDocument;
const surroundings = { resolve: () => err('it is not there') } as Partial<Surroundings> as Surroundings;

function reasonFor(source: SecretSource): string | undefined {
  const { context, problems } = createContext(surroundings, []);
  expect(context.resolve(document, 'spec.credential.apiKey', source)).toBe(undefined);
  expect(problems.map(({ document }) => document)).toEqual(['Provider/openai']);
  return problems[0]?.reason;
}

describe('resolve() of the context', () => {
  it('says of a secret that is not there that a reference is missing, wherever it should be', () => {
    expect(reasonFor({ secretKeyRef: { name: 'openai', key: 'key' } })).toBe('SecretNotFound');
    expect(reasonFor({ secretKeyRef: { name: 'openai', key: 'key', namespace: 'team-a' } })).toBe('RefNotPermitted');
    expect(reasonFor({ env: 'OPENAI_API_KEY' })).toBe('SecretNotFound');
  });
});
