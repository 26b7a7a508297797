import { describe, expect, it } from 'vitest';
import { plainOptions } from '../entity.ts';
import { signOf } from './characters.ts';
import { isMatcher, kinds } from './matchers.ts';
import { NumberAutomaton } from './number-automaton.ts';
import type { NumberForm } from './number-form.ts';
import { recogniserOf } from './recogniser.ts';

const forms = kinds.filter((kind): kind is NumberForm => !isMatcher(kind));
const automaton = new NumberAutomaton(forms.map((form, order) => recogniserOf(form, order, 0, plainOptions, 0.5)));

/** Entities whose forms a text has as a whole. */
function entitiesOf(text: string): readonly string[] {
  let state = automaton.start;
  for (const character of text) state = automaton.step(state, signOf(character.charCodeAt(0)));
  return state.endings.map(({ recogniser }) => recogniser.kind.entity);
}

describe('the automaton of all forms of numbers', () => {
  it.each(forms.flatMap(({ entity, templates }) => templates.map((template) => [entity, template] as const)))(
    'has %s as %s, with the same sign at every place of a separator',
    (entity, template) => {
      const digits = template.replaceAll('9', '1').replaceAll('N', 'B');
      for (const separator of ['', ' ', '-', '.']) {
        expect(entitiesOf(digits.replaceAll('~', separator))).toContain(entity);
      }
      expect(entitiesOf(digits.replace('~', '-').replaceAll('~', ' '))).toEqual(
        template.split('~').length > 2 ? [] : expect.arrayContaining([entity]),
      );
      expect(entitiesOf(`${digits.replaceAll('~', '')}:`)).toEqual([]);
    },
  );

  it('says which words begin no number', () => {
    expect(automaton.after({ isDigits: true, count: 4, next: 'end' })).toBeUndefined();
    expect(automaton.after({ isDigits: true, count: 4, next: 'separator' })).toBeDefined();
    expect(automaton.after({ isDigits: false, count: 9, next: 'separator' })).toBeUndefined();
    expect(automaton.after({ isDigits: false, count: 5, next: 'other' })).toBeDefined();
    expect(automaton.after({ isDigits: true, count: 20, next: 'end' })).toBeUndefined();
  });
});
