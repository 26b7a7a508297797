import { describe, expect, it } from 'vitest';
import { readableParts } from './readable-part.ts';

const model = (spec: string) =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: small}\nspec: ${spec}\n`;
const read = (text: string) => readableParts(text, '/policy/a.yaml', '/policy', 0);

describe('readableParts()', () => {
  it('are the documents that are wrong, without what is wrong', () => {
    const right = model('{targets: [{provider: a}]}');
    const wrong = model('{targets: [{provider: b, weigth: 3}], enabled: 7}').replace('small', 'large');
    const [part, ...others] = read(`${right}---\n${wrong}`);
    expect(others).toEqual([]);
    expect(part).toMatchObject({ id: 'Model/large', source: '/policy/a.yaml:6', folder: '/policy' });
    expect(part?.spec).toMatchObject({ targets: [{ provider: 'b' }] });
  });

  it.each([
    ['a field is missing', model('{enabled: 7}')],
    ['an item of a list is wrong', model('{targets: [7, {provider: a}]}')],
    ['the name is wrong', model('{targets: [{provider: a}]}').replace('small', 'S m all')],
    ['a field has no spec around it', `${model('{targets: [{provider: a}]}')}else: 7\n`],
    ['it is no YAML', 'spec: [\n'],
  ])('are none where %s', (_, text) => {
    expect(read(text)).toEqual([]);
  });
});
