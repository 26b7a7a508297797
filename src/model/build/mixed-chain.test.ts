import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../policy/parse.ts';
import { buildModel } from './build.ts';
import { secretsOnly } from './testing/surroundings.ts';

const document = (kind: string, name: string, spec: unknown): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${JSON.stringify(spec)}\n`;

const provider = (name: string, schema: string): string =>
  document('Provider', name, { schema, endpoint: `https://${name}.example.com/v1`, credential: { none: {} } });

/** What is said of a chain of `provider:priority` and perhaps `:weight`. `o…` speak the one API, `a…` the other. */
function said(...chain: readonly string[]): readonly string[] {
  const targets = chain.map((target) => {
    const [name, priority, weight = '1'] = target.split(':');
    return { provider: name, priority: Number(priority), weight: Number(weight) };
  });
  const text = [
    provider('o1', 'openai'),
    provider('o2', 'openai-compatible'),
    provider('a1', 'anthropic'),
    provider('a2', 'anthropic'),
    document('Model', 'it', { targets }),
  ].join('---\n');
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  expect(problems).toEqual([]);
  return buildModel(documents, secretsOnly()).problems.map(
    ({ severity, path, message }) => `${severity} ${path}: ${message}`,
  );
}

describe('a chain of two APIs', () => {
  it('is warned of where callers of one, or of both, have no fallback that it seems to have', () => {
    expect(said('o1:0', 'a1:1')).toEqual([
      'warning spec.targets: of the 2 priorities, requests in the OpenAI API have 1 and requests in the Anthropic API have 1: they meet only targets of that API',
    ]);
    expect(said('o1:0', 'o2:1', 'a1:0')).toEqual([
      'warning spec.targets: of the 2 priorities, requests in the Anthropic API have 1: they meet only targets of that API',
    ]);
    expect(said('a1:0', 'a2:1', 'o1:3')).toEqual([
      'warning spec.targets: of the 3 priorities, requests in the OpenAI API have 1 and requests in the Anthropic API have 2: they meet only targets of that API',
    ]);
  });

  it('is meant where each API has a target in every priority', () => {
    expect(said('o1:0', 'a1:0')).toEqual([]);
    expect(said('o1:0', 'a1:0', 'o2:1', 'a2:1')).toEqual([]);
  });

  it('is none where the targets of one are drained, or are not there', () => {
    expect(said('o1:0', 'o2:1', 'a1:1:0')).toEqual([]);
    expect(said('o1:0', 'o2:1', 'gone:2')).toEqual([expect.stringMatching(/^error /)]);
  });

  it('is not what a chain of one API is', () => {
    expect(said('o1:0', 'o2:1')).toEqual([]);
    expect(said('a1:0', 'a2:5')).toEqual([]);
  });
});
