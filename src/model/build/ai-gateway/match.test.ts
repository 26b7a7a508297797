import { describe, expect, it } from 'vitest';
import { ruleMatches } from './match.ts';

const exact = (name: string, value: string) => ({ type: 'Exact', name, value }) as const;
const pattern = (name: string, value: string) => ({ type: 'RegularExpression', name, value }) as const;
const model = 'x-ai-eg-model';

describe('ruleMatches()', () => {
  it('puts matches that differ in the model alone into one', () => {
    expect(
      ruleMatches([
        { headers: [exact(model, 'b')] },
        { headers: [pattern(model, 'c-.*')] },
        { headers: [exact(model, 'a')] },
        { headers: [exact(model, 'a'), exact('x-tenant', '1')] },
      ]),
    ).toEqual([
      { models: ['a', 'b'], modelPatterns: ['c-.*'], headers: [] },
      { models: ['a'], modelPatterns: [], headers: [{ name: 'x-tenant', kind: 'exact', value: '1' }] },
    ]);
  });

  it('takes any model where none is named', () => {
    const any = { models: [], modelPatterns: [], headers: [] };
    expect(ruleMatches([])).toEqual([any]);
    expect(ruleMatches([{ headers: [] }])).toEqual([any]);
    expect(ruleMatches([{ headers: [pattern('x-b', '.+'), exact('x-a', '1')] }])).toEqual([
      {
        ...any,
        headers: [
          { name: 'x-a', kind: 'exact', value: '1' },
          { name: 'x-b', kind: 'pattern', value: '.+' },
        ],
      },
    ]);
  });

  it('keeps a named model apart from any model, which is less specific', () => {
    expect(ruleMatches([{ headers: [exact(model, 'a')] }, { headers: [] }])).toEqual([
      { models: ['a'], modelPatterns: [], headers: [] },
      { models: [], modelPatterns: [], headers: [] },
    ]);
  });

  it('means an asterisk where one is written', () => {
    expect(ruleMatches([{ headers: [exact(model, 'a.*')] }])[0]).toMatchObject({
      models: [],
      modelPatterns: ['a\\.\\*'],
    });
  });
});
