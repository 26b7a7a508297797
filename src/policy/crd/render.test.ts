import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { customResourceDefinition, definedKinds } from './definition.ts';
import { definitionYaml } from './render.ts';

const published = [...definedKinds('own'), ...definedKinds('accepted')];

describe('definitionYaml', () => {
  it.each(published)('%s: says the same to readers of YAML 1.1 and 1.2', (kind) => {
    const definition = customResourceDefinition(kind);
    const text = definitionYaml(definition);
    expect(parse(text)).toEqual(definition);
    expect(parse(text, { version: '1.1' })).toEqual(definition);
  });
});
