import { describe, expect, it } from 'vitest';
import { boolean } from '../schema/boolean.ts';
import { duration } from '../schema/duration.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required, unserved } from '../schema/field.ts';
import { exactlyOneRequired } from '../schema/given.ts';
import { integer } from '../schema/integer.ts';
import { jsonValue } from '../schema/json-value.ts';
import { list, set } from '../schema/list.ts';
import { map } from '../schema/map.ts';
import { money } from '../schema/money.ts';
import { object } from '../schema/object.ts';
import { oneOf } from '../schema/one-of.ts';
import { quantity } from '../schema/quantity.ts';
import { keyed, ruled } from '../schema/server-notes.ts';
import { refusedVariant, tagged, variant } from '../schema/tagged.ts';
import { text } from '../schema/text.ts';
import { structural } from './structural.ts';

const word = text({ pattern: '^[a-z\\u0020]+$', longest: 9, complaint: 'is no word', remedy: 'write a word' });
const of = (schema: { readonly json: Parameters<typeof structural>[0] }) => structural(schema.json, 'Kind.spec');

describe('structural', () => {
  it('forbids no further fields: the API server prunes or refuses them by itself', () => {
    expect(of(object({ a: required(word, 'A.'), b: defaulted(boolean, true, 'B.') }))).toEqual({
      type: 'object',
      required: ['a'],
      properties: {
        a: { description: 'A.', type: 'string', minLength: 1, maxLength: 9, pattern: '^[a-z\\x{0020}]+$' },
        b: { description: 'B.', type: 'boolean', default: true },
      },
    });
  });

  it('lets the server write defaults of texts, numbers and booleans only', () => {
    const fields = object({
      list: defaulted(set(word), ['a'], 'L.'),
      map: defaulted(map(word, boolean), { a: true }, 'M.'),
      count: defaulted(integer({ from: 0, to: 9 }), 0, 'C.'),
    });
    expect(of(fields)).toMatchObject({ properties: { count: { default: 0 } } });
    expect(JSON.stringify(of(fields)).match(/"default"/g)).toHaveLength(1);
  });

  it('says who owns entries of lists', () => {
    expect(of(list(word))['x-kubernetes-list-type']).toBe('atomic');
    expect(of(set(word))).toMatchObject({ 'x-kubernetes-list-type': 'set', maxItems: 1000 });
    expect(of(set(word))).not.toHaveProperty('uniqueItems');
    expect(of(keyed(list(object({ name: required(word, 'N.') })), 'name'))).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
  });

  it('checks keys of maps in CEL, with the remedy as message', () => {
    expect(of(map(ruled(word, { rule: 'self != "no"', message: 'not that' }), boolean))).toEqual({
      type: 'object',
      maxProperties: 256,
      additionalProperties: { type: 'boolean' },
      'x-kubernetes-validations': [
        { rule: 'self.all(key, key.size() <= 9 && key.matches("^[a-z\\\\x{0020}]+$"))', message: 'keys: write a word' },
        { rule: 'self.all(key, key != "no")', message: 'keys: not that' },
      ],
    });
    expect(of(map(enumerated, boolean))).toMatchObject({
      'x-kubernetes-validations': [{ rule: 'self.all(key, key in ["x","y"])', message: 'keys: write x or y' }],
    });
  });

  it('has no rule for a map whose values CEL cannot see', () => {
    expect(of(map(word, jsonValue))).toEqual({
      type: 'object',
      maxProperties: 256,
      additionalProperties: { 'x-kubernetes-preserve-unknown-fields': true },
    });
  });

  it('asks for exactly one of several fields in CEL', () => {
    const fields = object({ a: optional(word, 'A.'), namespace: optional(word, 'N.') });
    expect(of({ json: { ...fields.json, ...exactlyOneRequired(['a', 'namespace']) } })).toMatchObject({
      'x-kubernetes-validations': [
        {
          rule: '[has(self.a), has(self.__namespace__)].exists_one(isGiven, isGiven)',
          message: 'exactly one of a or namespace is needed',
        },
      ],
    });
  });

  it('knows refused variants of a choice, so that the status can say so', () => {
    const choice = oneOf({ a: required(word, 'A.'), later: unserved('use a') }, 'write a: WORD');
    expect(of(choice)).toMatchObject({
      'x-kubernetes-map-type': 'atomic',
      properties: {
        later: {
          description: 'Not served by this version: use a.',
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
      'x-kubernetes-validations': [
        { rule: '[has(self.a), has(self.later)].exists_one(isGiven, isGiven)', message: 'write a: WORD' },
      ],
    });
    expect(of(object({ later: unserved('use a') }))).toMatchObject({
      properties: { later: { 'x-kubernetes-preserve-unknown-fields': true } },
    });
  });

  it('asks for the block that a tag means, as far as CEL can see blocks', () => {
    const block = object({ a: optional(word, 'A.') });
    const schema = tagged(
      'type',
      { Map: variant('map', block, 'M.'), Text: variant('text', word, 'T.'), Other: refusedVariant('other', 'never') },
      'Which one.',
    );
    expect(of(schema)['x-kubernetes-validations']).toEqual([
      { rule: '!(self.type in ["Map"]) || has(self.map)', message: 'add map, or change type', fieldPath: '.map' },
      { rule: '!has(self.map) || self.type in ["Map"]', message: 'remove it, or change type', fieldPath: '.map' },
      { rule: '!(self.type in ["Text"]) || has(self.text)', message: 'add text, or change type', fieldPath: '.text' },
      { rule: '!has(self.text) || self.type in ["Text"]', message: 'remove it, or change type', fieldPath: '.text' },
    ]);
  });

  it('counts the fields of a choice that CEL cannot see', () => {
    const choice = oneOf({ usd: required(money({ from: 0, to: 9 }), 'U.'), tokens: required(word, 'T.') }, 'choose');
    expect(of(choice)).toMatchObject({ minProperties: 1, maxProperties: 1 });
    expect(of(choice)).not.toHaveProperty('x-kubernetes-validations');
  });

  it('has a form for numbers that may be written with a unit', () => {
    const count = of(quantity({ from: 1, to: 5000 }));
    expect(count).toMatchObject({ 'x-kubernetes-int-or-string': true, minimum: 1, maximum: 5000, maxLength: 26 });
    expect(count).not.toHaveProperty('type');
    expect(of(money({ from: 0, to: 9 }))).toMatchObject({
      'x-kubernetes-preserve-unknown-fields': true,
      minimum: 0,
      maximum: 9,
    });
    expect(JSON.stringify(of(duration({ from: '1ms', to: '1d' })))).toContain('n >= 1.0 && n <= 86400000.0');
  });

  it('keeps lists of values', () => {
    expect(of({ json: { enum: ['a', 'b'] } })).toEqual({ type: 'string', enum: ['a', 'b'] });
    expect(of({ json: { enum: [301, 302] } })).toEqual({ type: 'integer', enum: [301, 302] });
    expect(of({ json: { const: '' } })).toEqual({ type: 'string', enum: [''] });
  });

  it('refuses what an API server would refuse, with the path', () => {
    const lookAhead = text({ pattern: '^(?!x)', complaint: '', remedy: '' });
    expect(() => of(lookAhead)).toThrow('Kind.spec: RE2 has no look-around');
    expect(() => of(object({ a: required({ json: { type: 'null' }, parse: () => null }, 'A.') }))).toThrow(
      'Kind.spec.a: type null has no structural form',
    );
    expect(() => of({ json: { enum: ['a', 1] } })).toThrow('Kind.spec: an enum of neither texts nor whole numbers');
    const odd = { oneOf: [{ type: 'boolean' }, { type: 'string' }] };
    expect(() => of({ json: odd })).toThrow('Kind.spec: boolean or string has no structural form');
  });
});

const enumerated = enumeration(['x', 'y']);
